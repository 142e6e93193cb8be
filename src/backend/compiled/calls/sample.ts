// The calls of generation: an index drawn from logits, and a step that the kernels repeat by themselves.
import type { Backend } from '../../contract.js';
import { KERNEL } from '../../numbers.js';
import { addCalls } from '../compiled.js';

/** Room for the calls of one step that is repeated; a longer one is made again each time. */
const RECORDING_DOUBLES = 32768;

type SampleCalls = Pick<Backend, 'sample' | 'repeat'>;

declare module '../compiled.js' {
  // eslint-disable-next-line @typescript-eslint/no-empty-object-type
  interface CompiledBackend extends SampleCalls {}
}

addCalls<keyof SampleCalls>({
  sample(spec, logits, { draws, list, count, position, token }) {
    const { args, memory } = this.tools;
    args.begin();
    const logitsAt = args.span(logits, spec.cols);
    const drawsAt = args.span(draws, count);
    const places = [args.span(position, 1, 'int32'), args.span(token, 1, 'int32'), args.span(list, count, 'int32')];
    const heap = memory.allocateBlock(spec.cols * 4);
    try {
      args.put(spec.cols);
      args.put(spec.from);
      args.put(spec.temperature);
      args.put(Math.min(spec.topK, spec.cols));
      args.put(spec.topP);
      args.put(count);
      args.put(logitsAt);
      args.put(drawsAt);
      for (const place of places) args.put(place);
      args.put(heap.address);
      args.invoke(KERNEL.SAMPLE);
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
    const recording = args.record(list.address, RECORDING_DOUBLES);
    memory.pinned = true;
    try {
      calls();
      args.endRecording();
      if (recording.complete && programs.generation === generation) {
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
      args.endRecording();
      memory.pinned = false;
      memory.freeBlock(list);
    }
  },
});
