// The one thing that holds of every input of every reader.

/** Seconds of the processor. */
export const MOST_SECONDS = 2;
/** Memory: times the size of the file, and bytes beside it, which are what the engine grows by between two collections. */
export const MOST_TIMES = 4;
export const MOST_BESIDE = 64 * 2 ** 20;

/** Faults that the engine itself may have caused: such an input is read once more. */
export const REPEATED = ['memory', 'slow'];

/** Places of the counts that the worker shares. */
export const [AT, INPUTS, MODELS, REFUSED] = [0, 1, 2, 3];

const LONGEST = 1000;

/**
 * What an input came to: `model`, `refused`, or what is wrong: `raw`, `code`, `name`, `message`, `memory`, `slow`, `reached`.
 * @returns {{ outcome: string, detail: string }}
 */
export function judged({ reader, name, size, error, opened, seconds, asked, grown, reached, UnrolledError }) {
  const fault = (outcome, detail) => ({ outcome, detail: String(detail).slice(0, 600) });
  if (reached !== null) return fault('reached', reached);
  if (asked > MOST_TIMES * size + MOST_BESIDE) return fault('memory', `arrays of ${asked} bytes for ${size}`);
  if (grown > MOST_TIMES * size + MOST_BESIDE) return fault('memory', `${grown} bytes more for ${size}`);
  if (seconds > MOST_SECONDS) return fault('slow', `${seconds.toFixed(1)} s`);
  if (opened) return { outcome: 'model', detail: '' };
  if (!(error instanceof UnrolledError)) return fault('raw', error?.stack ?? error);
  const { code, message } = error;
  if (code !== 'FORMAT' && !reader.codes.includes(code)) return fault('code', `${code}: ${message}`);
  if (reader.named !== false && !message.includes(name)) return fault('name', `${code}: ${message}`);
  if (message.length > LONGEST) return fault('message', `${code}: of ${message.length} characters`);
  return { outcome: 'refused', detail: code };
}
