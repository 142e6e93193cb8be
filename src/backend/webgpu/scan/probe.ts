// Whether workgroups of one dispatch can wait for each other on this device: they pass some barriers, each writing a word that its
// neighbour then reads. Nothing promises that all of them run at once, so it is tried, and none waits without end.
import type { Commands } from '../commands.js';
import type { GpuMemory } from '../memory.js';
import { shader } from '../shaders/frame.js';
import { AGREE, GO, gridBarrierCode, GRID, gridWords } from './drivers.js';
import { SCAN, TURN } from './words.js';

const THREADS = 256;
const ROOM = 512;
const ROUNDS = 32;

/** Words of a probe: the grid, whether it stalled, how many words were not seen, how many workgroups came through, a word of each. */
const STALLED = gridWords(1);
const MISSED = STALLED + 1;
const THROUGH = MISSED + 1;
const WORDS_AT = THROUGH + 1;

/** Call: as a scan's, ROWS being the number of workgroups. */
const probeShader = (): string =>
  shader({
    threads: THREADS,
    shared: true,
    outside: `${TURN}\nvar<workgroup> room: array<vec4f, ${ROOM}>;\n${AGREE}\n${gridBarrierCode(`memory[call[${SCAN.GRID}] + ${STALLED}u]`)}`,
    body: `  let grid = call[${SCAN.GRID}];
  let count = call[${SCAN.ROWS}];
  room[lane] = vec4f(f32(lane));
  if (agree(grid, count, lane) != ${GO}u) { return; }
  let neighbour = (group + 1u) % count;
  for (var round = 0u; round < ${ROUNDS}u; round++) {
    if (lane == ${THREADS - 1}u) { putWord(grid + ${WORDS_AT}u + group, round + u32(room[1].x)); }
    gridBarrier(grid + ${GRID.BARRIERS}u, (2u * round + 1u) * count, lane);
    if (lane == 0u && word(grid + ${WORDS_AT}u + neighbour) != round + 1u) { atomicAdd(&memory[grid + ${MISSED}u], 1u); }
    gridBarrier(grid + ${GRID.BARRIERS}u, (2u * round + 2u) * count, lane);
  }
  if (lane == 0u) { atomicAdd(&memory[grid + ${THROUGH}u], 1u); }`,
  });

/** How many workgroups can wait for each other; 0 where they cannot. @param tried the most first  @param spinLimit as for scans */
export async function residentWorkgroups(
  commands: Commands,
  memory: GpuMemory,
  tried: readonly number[],
  spinLimit: number,
): Promise<number> {
  for (const count of tried) {
    const words = WORDS_AT + count;
    const block = memory.take(words);
    const at = block.address / 4;
    commands.write(at, new Uint32Array(words));
    commands.begin(SCAN.OPERANDS);
    const call = new Array<number>(SCAN.OPERANDS).fill(0);
    call[SCAN.ROWS] = count;
    call[SCAN.GRID] = at;
    call[SCAN.SPIN_LIMIT] = spinLimit;
    for (const value of call) commands.put(value);
    commands.dispatch([{ pipeline: commands.pipeline(probeShader()), workgroups: count }]);
    const found = await commands.read(at, words);
    memory.giveBack(block);
    if (found[GRID.AGREED] === GO && found[THROUGH] === count && found[MISSED] === 0) return count;
  }
  return 0;
}
