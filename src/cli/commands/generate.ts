// `unrolled generate`: text from a model, as it comes.
import { defineCommand } from '../command.js';
import { readBytes } from '../files.js';
import { decimal, integer, string, withDefault } from '../options.js';
import { writeExact } from '../terminal.js';

/** Stands between texts. */
const BETWEEN = '\n---\n';
/** Texts that are drawn side by side at most, and tokens of them all, about: the next look at signals comes after them. */
const MOST_TOGETHER = 64;
const TOKENS_TOGETHER = 20_000;

export const generateCommand = defineCommand({
  name: 'generate',
  summary: 'generate text with a language model',
  arguments: [{ name: '<model>', description: 'a model file' }],
  options: {
    prime: withDefault(string('--prime <text>', 'text to start from'), ''),
    length: withDefault(integer('--length <N>', 'maximum number of tokens to generate', { min: 1, max: 1e9 }), 200),
    temperature: withDefault(
      decimal(
        '--temperature <T>',
        'sampling temperature: lower is safer, higher more varied; 0 always takes the most probable token',
        { min: 0, max: 100 },
      ),
      0.8,
    ),
    topK: integer('--top-k <N>', 'sample only from the N most probable tokens'),
    topP: decimal(
      '--top-p <P>',
      'sample only from the most probable tokens whose probabilities add up to P (nucleus sampling)',
      {
        above: 0,
        max: 1,
      },
    ),
    count: withDefault(integer('--count <N>', 'number of texts', { min: 1, max: 1e6 }), 1),
    stop: string('--stop <text>', 'stop before this text appears'),
  },
  examples: ['unrolled generate runs/moby-dick-lstm.safetensors --prime "Call me " --length 400 --seed 7'],
  async run({ io, globals, signal }, [file], options) {
    const { loadLanguageModel, startBackend } = await import('../library.js');
    await startBackend(globals);
    const model = loadLanguageModel(await readBytes(io.cwd, file), file);
    const { prime, length, temperature, topK, topP, stop, count } = options;
    const seed = globals.seed ?? Math.floor(Math.random() * 2 ** 31); // each call its own text, unless a seed is asked for
    const show = (text: string): void => {
      if (globals.json) return;
      if (io.stdout.isTTY) io.stdout.write(text);
      else writeExact(io.stdout, text);
    };
    const texts: string[] = [];
    let tokens = 0;
    const start = io.now();
    const onToken = (): void => void tokens++;
    const settingsOf = (i: number) => ({
      ...{ prime, length, temperature, topK, topP, stop, onToken },
      seed: (seed + i) % 2 ** 32,
    });
    /** Texts side by side take far less time; one by one they are seen as they come, and a signal ends them in the middle. */
    const together =
      io.stdout.isTTY && !globals.json ? 1 : Math.min(MOST_TOGETHER, Math.ceil(TOKENS_TOGETHER / length));
    while (texts.length < count && !signal.aborted) {
      const [from, some] = [texts.length, Math.min(together, count - texts.length)];
      if (some > 1 && 'generateManyAsync' in model && seed + from + some <= 2 ** 32) {
        for (const text of await model.generateManyAsync(some, settingsOf(from))) {
          show((texts.length > 0 ? BETWEEN : '') + prime + text);
          texts.push(prime + text);
        }
        continue;
      }
      show((from > 0 ? BETWEEN : '') + prime);
      let text = prime;
      const settings = settingsOf(from);
      for await (const piece of 'stream' in model ? model.stream(settings) : [model.generate(settings)]) {
        text += piece;
        show(piece);
        if (signal.aborted) break;
      }
      texts.push(text);
    }
    show('\n');
    signal.throwIfAborted();
    const seconds = (io.now() - start) / 1000;
    return { json: { texts, tokens, seconds, tokensPerSecond: seconds > 0 ? tokens / seconds : null, seed }, text: '' };
  },
});
