// Scans: a plan's shaders, made once for operands that stand alike, and their dispatches over the words of one call.
import { UnsupportedError } from '../../errors.js';
import type { Block } from '../arena.js';
import type { ScanCall, ScanPlan } from '../contract.js';
import { checkScanExtents } from '../scanExtent.js';
import * as MAX from '../numbers/max.js';
import { type Commands, gridOf } from './commands.js';
import type { GpuMemory } from './memory.js';
import { residentWorkgroups } from './scan/probe.js';
import { type Driver, type PreparedScan, prepareScan } from './scan/prepare.js';
import { areTablesApart, keyOf, type Site, sitesOf, type TableQuestion } from './scan/sites.js';
import { OPERAND_WORDS, SCAN } from './scan/words.js';

/** For tests, and for software devices. */
export interface ScanSettings {
  /** In place of the one that fits. */
  driver?: Driver;
  /** How often a workgroup looks whether all others are there: many times what they take to start; 100,000. */
  spinLimit?: number;
  /** How many workgroups the probe lets wait for each other, the most first; 128, 64, 32, 16. */
  tried?: readonly number[];
}

const SPIN_LIMIT = 100_000;
/** As large as those of scans. */
const TRIED = [128, 64, 32, 16];
/** Prepared forms that are kept of a plan. */
const KEPT = 16;

/** What was asked of the tables when a scan was prepared: it serves wherever they answer alike. */
interface Known {
  answers: readonly { question: TableQuestion; areApart: boolean }[];
  prepared: PreparedScan;
}

export class ScanCalls {
  readonly #commands: Commands;
  readonly #memory: GpuMemory;
  readonly #place: (words: Int32Array) => Block;
  readonly #settings: ScanSettings;
  readonly #prepared = new WeakMap<ScanPlan, Map<string, Known[]>>();
  /** Workgroups that can wait for each other; 0 where they cannot. */
  #resident = 0;

  /** @param place puts words into memory for one call */
  constructor(commands: Commands, memory: GpuMemory, place: (words: Int32Array) => Block, settings: ScanSettings = {}) {
    this.#commands = commands;
    this.#memory = memory;
    this.#place = place;
    this.#settings = settings;
  }

  /** Tries whether workgroups can wait for each other; until then, and where they cannot, none does. Errors: those of a read. */
  async probe(): Promise<void> {
    const { spinLimit = SPIN_LIMIT, tried = TRIED } = this.#settings;
    this.#resident = await residentWorkgroups(this.#commands, this.#memory, tried, spinLimit);
  }

  /** Workgroups that can wait for each other. */
  get resident(): number {
    return this.#resident;
  }

  /** Errors: UNSUPPORTED beyond the limits, SHAPE, STATE, DTYPE. A bad index is told by the next read. */
  run(plan: ScanPlan, call: ScanCall): void {
    const { steps, rows, operands, uniforms, random, activeRows, rowTables = [] } = call;
    if (steps === 0 || rows === 0) return;
    if (rowTables.length > MAX.TABLES) {
      throw new UnsupportedError(`expected at most ${MAX.TABLES} row tables, received ${rowTables.length}`);
    }
    checkScanExtents(plan, call);
    const int8 = new Set(
      plan.stages.flatMap((stage) => (stage.kind === 'product' && stage.scales !== undefined ? [stage.b] : [])),
    );
    const { written, isTurned, calls, rounds, gridWords } = this.#prepare(plan, call);
    const places = operands.map((operand, i) => {
      const { rowStride, stepStride, indices } = operand;
      const at = written.has(i)
        ? this.#memory.to(operand)
        : this.#memory.at(operand, int8.has(i) ? 'int32' : 'float32');
      const list = indices === undefined ? 0 : this.#memory.at(indices, 'int32');
      return [at, rowStride, stepStride, list, indices?.limit ?? 0, indices?.stepStride ?? 0];
    });
    const tables = rowTables.map((table) => this.#place(table.subarray(0, steps)));
    const active = activeRows === undefined ? null : this.#place(activeRows.subarray(0, steps));
    const all = steps + (isTurned ? 1 : 0);
    const turns = Math.ceil(all / rounds);
    const grid = gridWords === 0 ? null : this.#place(new Int32Array(turns * gridWords));
    const tickets = calls.map(({ workgroups }) => gridOf(workgroups).reduce((x, y) => x * y));
    const ofTurn = tickets.reduce((sum, count) => sum + count, 0);
    const commands = this.#commands;
    commands.begin(SCAN.OPERANDS + operands.length * OPERAND_WORDS + uniforms.length);
    const put = (value: number): void => commands.put(value);
    put(steps);
    put(rows);
    // After the last step a turned plan has its first phase alone.
    const isCut = isTurned && rounds === 1 && gridWords === 0;
    put(commands.takeTickets(isCut ? steps * ofTurn + tickets[0] : turns * ofTurn));
    put(ofTurn);
    put(random?.key0 ?? 0);
    put(random?.key1 ?? 0);
    put(random?.call ?? 0);
    put(call.firstStep ?? 0);
    put(call.countDown === true ? 1 : 0);
    put(active === null ? 0 : active.address / 4);
    put(rounds);
    put(grid === null ? 0 : grid.address / 4);
    put(gridWords);
    put(this.#settings.spinLimit ?? SPIN_LIMIT);
    for (let i = 0; i < MAX.TABLES; i++) put(i < tables.length ? tables[i].address / 4 : 0);
    for (const words of places) for (const word of words) put(word);
    for (const value of uniforms) commands.putFloat(value);
    commands.dispatch(calls, isCut ? steps : turns);
    if (isCut) commands.dispatch([calls[0]]);
    for (const block of [...tables, active, grid]) if (block !== null) this.#memory.giveBack(block);
  }

  #prepare(plan: ScanPlan, call: ScanCall): PreparedScan {
    const sites: readonly Site[] = sitesOf(call);
    const isRagged = call.activeRows !== undefined;
    const hasAbandoned = this.#commands.abandoned > 0;
    const key = `${call.rows} ${isRagged} ${hasAbandoned} ${keyOf(sites)}`;
    let forms = this.#prepared.get(plan);
    if (forms === undefined) this.#prepared.set(plan, (forms = new Map()));
    const known = forms.get(key) ?? [];
    const found = known.find(({ answers }) =>
      answers.every(({ question, areApart }) => areTablesApart(call, question) === areApart),
    );
    if (found !== undefined) return found.prepared;
    const answers = new Map<string, { question: TableQuestion; areApart: boolean }>();
    const areApart = (question: TableQuestion): boolean => {
      const name = JSON.stringify(question);
      const answer = answers.get(name) ?? { question, areApart: areTablesApart(call, question) };
      answers.set(name, answer);
      return answer.areApart;
    };
    const form = { plan, sites, rows: call.rows, isRagged, areApart };
    const prepared = prepareScan(
      this.#commands,
      form,
      { resident: this.#resident, hasAbandoned },
      this.#settings.driver,
    );
    if (forms.size >= KEPT) forms.clear();
    forms.set(key, [...known, { answers: [...answers.values()], prepared }]);
    return prepared;
  }
}
