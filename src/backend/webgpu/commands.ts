// Commands to a device: shaders with their calls, in the order in which they were made. They gather until somebody reads, or there are
// many; nothing here waits but `read`.
import { UnrolledError } from '../../errors.js';
import type { Device } from '../../tensor/device.js';
import { COMPUTE_STAGE, type Gpu, MAP_READ_MODE, USAGE } from './gpu.js';
import { type Call, Recording } from './recording.js';
import { CONTROL, MOST_WORKGROUPS } from './shaders/frame.js';

/** Words that a shader sees of its call, and of all calls between two submits. */
export const CALL_WORDS = 16 * 1024;
const CALLS_WORDS = 256 * 1024;
/** Calls begin at multiples of this. */
const CALL_ALIGNMENT = 64;
/** Dispatches after which they are submitted, so that the device has work while more are made. */
const MOST_DISPATCHES = 512;

/** Buffers for reading are kept up to this size. */
const MOST_KEPT = 2 ** 20;

export class Commands {
  /** Whose commands they are. */
  readonly owner: Device;
  /** Bytes of the largest memory that the device binds. */
  readonly mostBytes: number;
  readonly #device: GPUDevice;
  readonly #layout: GPUBindGroupLayout;
  readonly #pipelineLayout: GPUPipelineLayout;
  readonly #calls: GPUBuffer;
  readonly #control: GPUBuffer;
  readonly #pipelines = new Map<string, GPUComputePipeline>();
  readonly #staging = new Uint32Array(CALLS_WORDS);
  readonly #stagingFloats = new Float32Array(this.#staging.buffer);
  /** For reading, by their size; a read takes one out. */
  readonly #readers = new Map<number, GPUBuffer[]>();
  #memory: GPUBuffer | null = null;
  #bindings: GPUBindGroup | null = null;
  #encoder: GPUCommandEncoder | null = null;
  #pass: GPUComputePassEncoder | null = null;
  #words = 0;
  #dispatches = 0;
  /** Where the call that is being written begins. */
  #start = 0;
  /** Nothing ran over its words yet. */
  #isNew = false;
  #recording: Recording | null = null;
  /** Workgroups of scans so far: what the counter of tickets stands at. */
  #tickets = 0;
  #failure: UnrolledError | null = null;
  #closed = false;
  #abandoned = 0;

  constructor(owner: Device, { device }: Gpu) {
    this.owner = owner;
    this.#device = device;
    const { maxStorageBufferBindingSize, maxBufferSize } = device.limits;
    // Whole blocks of the arena, and addresses that a word holds.
    this.mostBytes = Math.floor(Math.min(maxStorageBufferBindingSize, maxBufferSize, 2 ** 34) / 256) * 256;
    const storage = (
      type: GPUBufferBindingType,
      binding: number,
      hasDynamicOffset = false,
    ): GPUBindGroupLayoutEntry => ({
      binding,
      visibility: COMPUTE_STAGE,
      buffer: { type, hasDynamicOffset },
    });
    const entries = [storage('storage', 0), storage('read-only-storage', 1, true), storage('storage', 2)];
    this.#layout = device.createBindGroupLayout({ entries });
    this.#pipelineLayout = device.createPipelineLayout({ bindGroupLayouts: [this.#layout] });
    const usage = USAGE.STORAGE | USAGE.COPY_DST | USAGE.COPY_SRC;
    this.#calls = device.createBuffer({ size: (CALLS_WORDS + CALL_WORDS) * 4, usage });
    this.#control = device.createBuffer({ size: CONTROL.COUNT * 4, usage });
    device.onuncapturederror = ({ error }) => {
      this.#failure ??= new UnrolledError(
        'INTERNAL',
        `expected a valid command, WebGPU refused one: ${error.message}`,
        'report this',
      );
    };
    void device.lost.then(({ reason, message }) => {
      if (this.#closed) return;
      this.#failure = new UnrolledError(
        'DEVICE_LOST',
        `expected the device to go on, it was lost (${reason || 'unknown'}): ${message}`,
        'what was saved is whole: go on from the last checkpoint, here or with another backend (--resume, --backend native)',
      );
    });
  }

  /** How often workgroups of a scan did not come together, as far as reads have told. */
  get abandoned(): number {
    return this.#abandoned;
  }

  /** Bytes of the memory. */
  get bytes(): number {
    return this.#memory?.size ?? 0;
  }

  /** The pipeline of a shader, made once for its text. */
  pipeline(code: string): GPUComputePipeline {
    let found = this.#pipelines.get(code);
    if (found === undefined) {
      const module = this.#device.createShaderModule({ code });
      found = this.#device.createComputePipeline({
        layout: this.#pipelineLayout,
        compute: { module, entryPoint: 'main' },
      });
      this.#pipelines.set(code, found);
    }
    return found;
  }

  /** Moves what is there to a memory of so many bytes. */
  resize(bytes: number): void {
    this.#alive();
    this.spoilRecording();
    const device = this.#device;
    device.pushErrorScope('out-of-memory');
    const memory = device.createBuffer({ size: bytes, usage: USAGE.STORAGE | USAGE.COPY_DST | USAGE.COPY_SRC });
    void device.popErrorScope().then((error) => {
      if (error === null || this.#closed) return;
      this.#failure ??= new UnrolledError(
        'OUT_OF_MEMORY',
        `expected ${Math.ceil(bytes / 2 ** 20)} MiB of the device's memory, it has no room: ${error.message}`,
        'use a smaller batch, fewer steps or a smaller model, or another backend',
      );
    });
    const before = this.#memory;
    if (before !== null) {
      this.#encode().copyBufferToBuffer(before, 0, memory, 0, before.size);
      this.submit();
      before.destroy();
    }
    this.#memory = memory;
    this.#bindings = device.createBindGroup({
      layout: this.#layout,
      entries: [
        { binding: 0, resource: { buffer: memory } },
        { binding: 1, resource: { buffer: this.#calls, size: CALL_WORDS * 4 } },
        { binding: 2, resource: { buffer: this.#control } },
      ],
    });
  }

  /** Begins a call of so many words at most, which `put` writes. */
  begin(words: number): void {
    this.#alive();
    if (words > CALL_WORDS) {
      throw new UnrolledError(
        'UNSUPPORTED',
        `expected at most ${CALL_WORDS} words for a call, received ${words}`,
        'use another backend',
      );
    }
    const start = Math.ceil(this.#words / CALL_ALIGNMENT) * CALL_ALIGNMENT;
    if (start + words > CALLS_WORDS) this.submit();
    else this.#words = start;
    this.#start = this.#words;
    this.#isNew = true;
  }

  /** A whole number, or the bits of a negative one. */
  put(value: number): void {
    this.#staging[this.#words++] = value;
  }

  putFloat(value: number): void {
    this.#stagingFloats[this.#words++] = value;
  }

  /** Runs shaders over the words since `begin`, in their order, `times` times. */
  dispatch(calls: readonly Call[], times = 1): void {
    const start = this.#start;
    this.#recording?.noteDispatch(this.#staging.subarray(start, this.#words), this.#isNew, calls, times);
    this.#isNew = false;
    let pass = this.#compute();
    pass.setBindGroup(0, this.#bindings, [start * 4]);
    for (let i = 0; i < times; i++) {
      for (const { pipeline, workgroups } of calls) {
        if (workgroups === 0) continue;
        pass.setPipeline(pipeline);
        pass.dispatchWorkgroups(...gridOf(workgroups));
        if (++this.#dispatches % MOST_DISPATCHES > 0) continue;
        this.submit(false);
        pass = this.#compute();
        pass.setBindGroup(0, this.#bindings, [start * 4]);
      }
    }
  }

  /** Runs `calls` so many times; from the second time on what it made is made again. Errors: those of the calls. */
  repeat(times: number, calls: () => void): void {
    if (this.#recording !== null || times < 2) {
      for (let i = 0; i < times; i++) calls();
      return;
    }
    const recording = new Recording();
    this.#recording = recording;
    try {
      calls();
    } finally {
      this.#recording = null;
    }
    for (let i = 1; i < times; i++) {
      if (recording.isWhole) this.#again(recording);
      else calls();
    }
  }

  /** What happens now cannot be made again from a recording. */
  spoilRecording(): void {
    this.#recording?.spoil();
  }

  /** The first of so many tickets, which the workgroups of a scan take: the next word of the call. */
  takeTickets(count: number): number {
    this.#recording?.noteTickets(this.#words - this.#start, count);
    const first = this.#tickets;
    this.#tickets = (first + count) >>> 0;
    return first;
  }

  /** Copies words to a place in memory, after all commands so far. */
  write(at: number, data: Uint32Array<ArrayBuffer>): void {
    this.#alive();
    this.spoilRecording();
    this.submit();
    if (this.#memory !== null) this.#device.queue.writeBuffer(this.#memory, at * 4, data);
  }

  /** Hands all commands to the device. @param whole false where the words of the calls are needed further */
  submit(whole = true): void {
    this.#pass?.end();
    this.#pass = null;
    if (this.#encoder !== null) {
      if (this.#words > 0) this.#device.queue.writeBuffer(this.#calls, 0, this.#staging, 0, this.#words);
      this.#device.queue.submit([this.#encoder.finish()]);
      this.#encoder = null;
    }
    if (whole) this.#words = 0;
  }

  /** Words of memory, as they are after all commands so far. Errors: RANGE for a bad index in any of them; DEVICE_LOST, OUT_OF_MEMORY. */
  async read(at: number, count: number): Promise<Uint32Array<ArrayBuffer>> {
    this.#alive();
    const size = readerSize(count * 4 + CONTROL_BYTES);
    const reader =
      this.#readers.get(size)?.pop() ?? this.#device.createBuffer({ size, usage: USAGE.MAP_READ | USAGE.COPY_DST });
    const encoder = this.#encode();
    encoder.copyBufferToBuffer(this.#control, 0, reader, 0, CONTROL_BYTES);
    if (this.#memory !== null && count > 0)
      encoder.copyBufferToBuffer(this.#memory, at * 4, reader, CONTROL_BYTES, count * 4);
    this.submit();
    try {
      await reader.mapAsync(MAP_READ_MODE, 0, count * 4 + CONTROL_BYTES);
    } catch (cause) {
      this.#alive();
      throw new UnrolledError(
        'DEVICE_LOST',
        'expected to read from the device, it was lost',
        'choose a backend again: useBackend()',
        { cause },
      );
    }
    const words = new Uint32Array(reader.getMappedRange(0, count * 4 + CONTROL_BYTES)).slice();
    reader.unmap();
    if (size > MOST_KEPT) reader.destroy();
    else this.#readers.set(size, [...(this.#readers.get(size) ?? []), reader]);
    this.#alive();
    this.#abandoned = words[CONTROL.ABANDONED];
    if (words[CONTROL.STALLED] !== 0) this.#stop();
    if (words[CONTROL.RAISED] !== 0) this.#report(words);
    return words.subarray(CONTROL.COUNT);
  }

  #again({ calls }: Recording): void {
    for (const { words, tickets, dispatches } of calls) {
      this.begin(words.length);
      this.#staging.set(words, this.#start);
      this.#words = this.#start + words.length;
      if (tickets !== null) this.#staging[this.#start + tickets.at] = this.takeTickets(tickets.count);
      for (const dispatch of dispatches) this.dispatch(dispatch.calls, dispatch.times);
    }
  }

  close(): void {
    this.#closed = true;
    this.#device.destroy();
  }

  /** Workgroups had agreed that all are there, and one did not come to a barrier: what they wrote is in pieces. */
  #stop(): never {
    throw (this.#failure ??= new UnrolledError(
      'DEVICE_LOST',
      'expected the device to go on with a scan, it stopped in the middle',
      'what was saved is whole: go on from the last checkpoint, here or with another backend (--resume, --backend native)',
    ));
  }

  /** Throws the fault that a shader raised, and forgets it. */
  #report(words: Uint32Array): never {
    this.#device.queue.writeBuffer(this.#control, CONTROL.RAISED * 4, new Uint32Array(1));
    const [index, limit] = [words[CONTROL.INDEX] | 0, words[CONTROL.LIMIT]];
    throw new UnrolledError(
      'RANGE',
      `expected an index from 0 to ${limit - 1}, received ${index} at position ${words[CONTROL.POSITION]}`,
      'check that the data and the model use the same vocabulary',
    );
  }

  #alive(): void {
    if (this.#failure !== null) throw this.#failure;
    if (this.#closed) {
      throw new UnrolledError('STATE', 'expected an open backend, found a closed one', 'close a backend last');
    }
  }

  /** Where copies are encoded: outside of a pass. */
  #encode(): GPUCommandEncoder {
    this.#pass?.end();
    this.#pass = null;
    return (this.#encoder ??= this.#device.createCommandEncoder());
  }

  #compute(): GPUComputePassEncoder {
    this.#encoder ??= this.#device.createCommandEncoder();
    return (this.#pass ??= this.#encoder.beginComputePass());
  }
}

/** So many workgroups as a grid, which may have a few more: those do nothing. */
export function gridOf(workgroups: number): [number, number] {
  const lines = Math.max(1, Math.ceil(workgroups / MOST_WORKGROUPS));
  return [Math.ceil(workgroups / lines), lines];
}

const CONTROL_BYTES = CONTROL.COUNT * 4;

/** Sizes of buffers for reading: powers of two, so that they serve again. */
function readerSize(bytes: number): number {
  return 2 ** Math.max(8, Math.ceil(Math.log2(bytes)));
}
