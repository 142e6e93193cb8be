// The calls of generation: an index drawn from logits, and a step that the kernels repeat by themselves.
import type { Backend, Ref } from '../../contract.js';
import * as KERNEL from '../../numbers/kernel.js';
import type { Recorder } from '../arguments.js';
import { addCalls } from '../compiled.js';
import { RowPanels } from '../rowPanels.js';
import type { Memory } from '../storage.js';

/** Room for the calls of one step that is repeated; a longer one is made again each time. */
const RECORDING_DOUBLES = 32768;

/** Calls one after another in memory: kernel, count of arguments, arguments. */
class Recording implements Recorder {
  /** Doubles so far. */
  length = 0;
  /** false: there was no room, or something happened that the kernels cannot repeat. */
  complete = true;
  readonly #memory: Memory;
  readonly #start: number;

  /** @param address of RECORDING_DOUBLES doubles */
  constructor(memory: Memory, address: number) {
    this.#memory = memory;
    this.#start = address / 8;
  }

  note(kernel: number, from: number, to: number): void {
    const count = to - from;
    if (this.length + 2 + count > RECORDING_DOUBLES) this.complete = false;
    if (!this.complete) return;
    const { doubles } = this.#memory;
    const at = this.#start + this.length;
    doubles[at] = kernel;
    doubles[at + 1] = count;
    doubles.copyWithin(at + 2, from, to);
    this.length += 2 + count;
  }

  spoil(): void {
    this.complete = false;
  }
}

type SampleCalls = Pick<Backend, 'sample' | 'repeat'>;

declare module '../compiled.js' {
  // eslint-disable-next-line @typescript-eslint/no-empty-object-type
  interface CompiledBackend extends SampleCalls {}
}

addCalls<keyof SampleCalls>({
  sample(spec, logits, { rows, draws, list, count, position, token }) {
    const { args, memory } = this.tools;
    const heap = memory.allocateBlock(spec.cols * 4);
    const span = (ref: Ref, row: number, length: number, dtype?: 'int32'): number =>
      args.span({ storage: ref.storage, offset: ref.offset + row * length }, length, dtype);
    try {
      for (let row = 0; row < rows; row++) {
        args.begin();
        const floats = [span(logits, row, spec.cols), span(draws, row, count)];
        const integers = [
          span(position, row, 1, 'int32'),
          span(token, row, 1, 'int32'),
          span(list, row, count, 'int32'),
        ];
        args.put(spec.cols);
        args.put(spec.from);
        args.put(spec.temperature);
        args.put(Math.min(spec.topK, spec.cols));
        args.put(spec.topP);
        args.put(count);
        for (const place of [...floats, ...integers]) args.put(place);
        args.put(heap.address);
        args.invoke(KERNEL.SAMPLE);
      }
    } finally {
      memory.freeBlock(heap);
    }
  },

  repeat(times, calls) {
    if (times <= 0) return;
    const { args, memory, programs } = this.tools;
    if (times === 1 || memory.pinned) {
      for (let i = 0; i < times; i++) calls();
      return;
    }
    const list = memory.allocateBlock(RECORDING_DOUBLES * 8);
    const { generation } = programs;
    const rowPanels = (memory.rowPanels ??= new RowPanels(this.tools));
    const { dropped } = rowPanels;
    const recording = new Recording(memory, list.address);
    args.recorder = recording;
    memory.pin();
    try {
      calls();
      args.recorder = null;
      if (recording.complete && programs.generation === generation && rowPanels.dropped === dropped) {
        args.begin();
        args.put(list.address);
        args.put(recording.length);
        args.put(times - 1);
        args.invoke(KERNEL.REPEAT);
      } else {
        memory.pinned = false;
        for (let i = 1; i < times; i++) calls();
      }
    } finally {
      args.recorder = null;
      memory.pinned = false;
      memory.freeBlock(list);
    }
  },
});
