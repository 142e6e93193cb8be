// A worker that holds a model of another task than the page's, reads inputs with it and gives back what its gates and states did: what it
// needs is no part of the first load.
import { type AnyModel, configure, loadModel, type ModelOf, UnrolledError } from 'unrolled';
import { type GateTrace, inputTrace } from 'unrolled/inspect';
import { seriation } from './engine/order.js';
import { told } from './engine/told.js';
import type { FromGuest, GuestFacts, GuestReading, GuestValue, ToGuest } from './guestMessages.js';

const scope = self as unknown as {
  onmessage: ((event: MessageEvent<ToGuest>) => void) | null;
  postMessage(message: FromGuest): void;
};

configure({ kernels: new URL('./kernels/', self.location.href) });

type Guest = ModelOf['classify' | 'tag' | 'translate' | 'forecast'];
let model: Guest | null = null;

/** Errors: UNSUPPORTED for a model that reads nothing one types, or no step after the other. */
function guestOf(opened: AnyModel): Guest {
  const { task } = opened;
  if (task === 'classify' || task === 'tag' || task === 'translate' || task === 'forecast') return opened;
  throw new UnrolledError(
    'UNSUPPORTED',
    `expected a model that reads text or numbers, received one of the task ${task}`,
    'unrolled inspect shows it',
  );
}

function factsOf(opened: Guest): GuestFacts {
  const [recurrent] = Object.values(opened.recurrents());
  const { cell, numLayers, hiddenSize, bidirectional } = recurrent;
  return {
    ...{ task: opened.task, cell: cell.name, numLayers, hiddenSize, bidirectional },
    ...{ parameters: opened.parameterCount(), example: exampleOf(opened) },
  };
}

/** Tokens of an example. */
const EXAMPLE = 8;

/** Words that it knows, or a wave as long as what it reads. */
function exampleOf(opened: Guest): string {
  if (opened.task === 'forecast')
    return Array.from({ length: opened.config.window }, (_, t) => Math.sin(t / 2).toFixed(2)).join(' ');
  const [{ vocabulary, settings }] = opened.texts;
  const known = Array.from({ length: vocabulary.size }, (_, i) => vocabulary.token(i)).filter(
    (one) => !/^<.*>$/.test(one),
  );
  return known.slice(0, EXAMPLE).join(settings.tokens === 'word' ? ' ' : '');
}

/** Errors: those of the model's `predict`. */
function read(guest: Guest, input: string): { trace: GateTrace; answer: string } {
  switch (guest.task) {
    case 'classify': {
      const [{ label, probability }] = guest.predict([input]);
      return { trace: inputTrace(guest, input), answer: `${label} (${(100 * probability).toFixed(1)} %)` };
    }
    case 'tag': {
      const words = input.trim().split(/\s+/);
      const [{ tags }] = guest.predict([words]);
      return { trace: inputTrace(guest, words), answer: words.map((word, i) => `${word}/${tags[i]}`).join(' ') };
    }
    case 'translate': {
      const [{ text }] = guest.predict([input]);
      return { trace: inputTrace(guest, input), answer: text };
    }
    case 'forecast': {
      const values = input
        .trim()
        .split(/[\s,;]+/)
        .map(Number);
      const { values: next } = guest.predict(values);
      return { trace: inputTrace(guest, values), answer: next.map((v) => v.toPrecision(4)).join('  ') };
    }
    default:
      return guest satisfies never;
  }
}

function readingOf({ trace, answer }: ReturnType<typeof read>): GuestReading {
  const values = trace.layers.flatMap(({ layer, direction, values: own }) =>
    Object.entries(own).map(([name, value]): GuestValue => {
      const { kind, width, data } = value;
      return { layer, direction, name, kind: kind === 'sigmoid' ? 'gate' : kind, width, data, order: seriation(value) };
    }),
  );
  return { tokens: trace.tokens, values, answer };
}

async function answer(message: ToGuest): Promise<FromGuest> {
  if (message.type === 'open') {
    model = guestOf(await loadModel(new File([message.bytes as BlobPart], message.name)));
    return { type: 'opened', facts: factsOf(model) };
  }
  if (model === null) throw new UnrolledError('STATE', 'expected a model, received none yet', 'open a file first');
  return { type: 'read', reading: readingOf(read(model, message.input)) };
}

scope.onmessage = ({ data }) => {
  answer(data).then(
    (said) => scope.postMessage(said),
    (error: unknown) => scope.postMessage({ type: 'failed', ...told(error) }),
  );
};
