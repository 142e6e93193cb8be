// The body of a step, generated once for all drivers: what a workgroup does of each stage, for its rows and units. All of its threads
// come along; what one stage writes for the next stands in memory. Letters: K and N of a product, U units of a workgroup.
import { ROW_GROUP, type ScanPlan, type ScanStage } from '../../contract.js';
import { programBody } from '../program.js';
import type { Owners, Phase, Piece, Run, Waits } from './phases.js';
import { columnsOf, DEPTH, piecesOf, type Share, unitsOf } from './share.js';
import type { Site } from './sites.js';
import { rowAt, SCAN, startOf, strideOf } from './words.js';

export interface StepParts {
  plan: ScanPlan;
  sites: readonly Site[];
  owners: Owners;
  waits: Waits;
  share: Share;
  /** The first of the uniform numbers among the words of the call. */
  uniformsAt: number;
  /** Steps have rows of their own. */
  isRagged: boolean;
}

/** Threads that add up a row. */
const TEAM = 32;
/** Weights that a thread keeps in registers, at most. */
const MOST_HELD = 64;
/** All of the workgroup have come here, and see what was written. */
export const BARRIER = '  storageBarrier();\n  workgroupBarrier();';

type Product = ScanStage & { kind: 'product' };
const range = (n: number, line: (i: number) => string): string =>
  Array.from({ length: n }, (_, i) => line(i)).join('\n');

export class StepBody {
  readonly #parts: StepParts;
  readonly #held: ReadonlySet<number>;

  /** @param holds weights stay in registers over all rounds where they fit */
  constructor(parts: StepParts, holds: boolean) {
    this.#parts = parts;
    const { plan, share } = parts;
    this.#held = new Set(
      [...share.products].flatMap(([i, { columns, splits }]) => {
        const stage = plan.stages[i];
        if (!holds || stage.kind !== 'product' || this.#columnsOf(stage) > columns) return [];
        return depthOf(stage, splits) <= MOST_HELD ? [i] : [];
      }),
    );
  }

  /** Variables of the workgroup. */
  get outside(): string {
    const { plan, share } = this.#parts;
    const { threads, rows, fours } = share;
    const sums = plan.stages.flatMap((stage, i) =>
      stage.kind === 'rowSum' ? [`var<workgroup> sum${i}: array<f32, ${rows}>;`] : [],
    );
    const room = Math.max(
      0,
      ...[...share.products].map(([i, { columns, splits }]) => {
        const stage = plan.stages[i];
        const depth = stage.kind === 'product' ? heldAtOnce(stage.k) : 0;
        return Math.max(depth, splits > 1 ? splits * columns : 0) * fours;
      }),
    );
    return [
      ...(room > 0 ? [`var<workgroup> room: array<vec4f, ${room}>;`] : []),
      ...(sums.length > 0 ? [`var<workgroup> parts: array<f32, ${threads}>;`] : []),
      ...sums,
    ].join('\n');
  }

  /** Statements before all rounds. They use \`lane\` and \`group\`. */
  get before(): string {
    const { share, plan } = this.#parts;
    const held = [...this.#held].map((i) => this.#hold(i, plan.stages[i] as Product));
    const unitGroup = share.groups === 1 ? '' : `  let unitGroup = group % ${share.groups}u;\n`;
    return `${unitGroup}  let block = group / ${share.groups}u;\n${held.join('\n')}`;
  }

  /** A phase of the round \`round\`. @param isTurned there is one round more than steps */
  phase(phase: Phase, isTurned: boolean): string {
    return phase.map((run) => this.#run(run, isTurned)).join(`\n${BARRIER}\n`);
  }

  #run({ lag, stages }: Run, isTurned: boolean): string {
    const { isRagged, share, waits, plan } = this.#parts;
    const rows = isRagged ? 'activeRows(step, lane)' : `call[${SCAN.ROWS}]`;
    const lines: string[] = [];
    let since: number[] = [];
    for (const i of stages) {
      if (since.some((earlier) => waits.between(earlier, i, 0) !== 'none')) {
        lines.push(BARRIER);
        since = [];
      }
      since.push(i);
      lines.push(this.#stage(i, plan.stages[i], stages));
    }
    return `  ${isTurned ? `if (round >= ${lag}u && round - ${lag}u < call[${SCAN.STEPS}])` : ''} {
  let step = round - ${lag}u;
  let rows = ${rows};
  let firstRow = min(rows, block * ${share.rows}u);
  let endRow = min(rows, block * ${share.rows}u + ${share.rows}u);
${lines.join('\n')}
  }`;
  }

  #stage(i: number, stage: ScanStage, run: readonly number[]): string {
    switch (stage.kind) {
      case 'program':
        return this.#program(stage, i, run);
      case 'rowSum':
        return this.#rowSum(stage, i);
      case 'product':
        return this.#product(stage, i);
      default:
        return stage satisfies never;
    }
  }

  #program(stage: ScanStage & { kind: 'program' }, own: number, run: readonly number[]): string {
    const { sites, share, uniformsAt, plan } = this.#parts;
    const { program, operands, cols } = stage;
    const isGrouped = operands.some((i) => sites[i].grouped);
    const units = unitsOf(cols, share.groups);
    // Sums that a stage of this run has just made stand in the workgroup.
    const sums = new Map<number, number>();
    for (const i of run.slice(0, run.indexOf(own))) {
      const earlier = plan.stages[i];
      if (earlier.kind === 'rowSum')
        operands.forEach((o, k) => isSamePlace(sites[o], sites[earlier.out]) && sums.set(k, i));
    }
    const addresses = range(program.operands, (i) =>
      sums.has(i)
        ? ''
        : `    let at${i} = ${rowAt(operands[i], sites[operands[i]], 'row')}${sites[operands[i]].colStride === 1 ? ' + col' : ''};`,
    );
    const body = programBody(program, {
      load: (operand) => (sums.has(operand) ? `sum${sums.get(operand)}[row - firstRow]` : `number(at${operand})`),
      store: (operand, value) => `put(at${operand}, ${value});`,
      uniform: (number) => `argument(${uniformsAt + number})`,
      random: (stream) =>
        `uniformRandom(row * ${cols}u + col, drawn, ${stream}u, call[${SCAN.CALL}], vec2u(call[${SCAN.KEY0}], call[${SCAN.KEY1}]))`,
    });
    const group = isGrouped ? ROW_GROUP : 1;
    return `  {
  let drawn = call[${SCAN.FIRST_STEP}] + select(step, call[${SCAN.STEPS}] - 1u - step, call[${SCAN.COUNT_DOWN}] != 0u);
  let count = (endRow - firstRow + ${group - 1}u) / ${group}u * ${units}u;
  for (var i = lane; i < count; i += ${share.threads}u) {
    let col = ${share.groups === 1 ? '' : `unitGroup * ${units}u + `}i % ${units}u;
    if (col >= ${cols}u) { continue; }
    let top = firstRow + i / ${units}u * ${group}u;
    for (var row = top; row < min(endRow, top + ${group}u); row++) {
${addresses}
${body}
    }
  }
  }`;
  }

  /** Every workgroup of these rows adds them up, in the same order; one writes the sums. */
  #rowSum({ x, out, cols }: ScanStage & { kind: 'rowSum' }, i: number): string {
    const { sites, share } = this.#parts;
    const folds = [16, 8, 4, 2, 1].map(
      (half) => `    workgroupBarrier();\n    if (member < ${half}u) { parts[lane] += parts[lane + ${half}u]; }`,
    );
    return `  for (var origin = firstRow; origin < endRow; origin += ${share.threads / TEAM}u) {
    let row = origin + lane / ${TEAM}u;
    let member = lane % ${TEAM}u;
    var total = 0.0;
    if (row < endRow) {
      let base = ${rowAt(x, sites[x], 'row')};
      for (var c = member; c < ${cols}u; c += ${TEAM}u) { total += number(base + c); }
    }
    workgroupBarrier();
    parts[lane] = total;
${folds.join('\n')}
    if (member == 0u && row < endRow) {
      sum${i}[row - firstRow] = parts[lane];
      ${share.groups === 1 ? '' : 'if (unitGroup == 0u) '}{ put(${rowAt(out, sites[out], 'row')}, parts[lane]); }
    }
  }`;
  }

  /** Rows go by in eights (or fours); their elements along k stand in \`room\`, then the parts of the sums. */
  #product(stage: Product, i: number): string {
    const { sites, share } = this.#parts;
    const { threads, fours } = share;
    const { a, k } = stage;
    const { columns, splits } = this.#shareOf(i);
    const depth = heldAtOnce(k);
    const batches = Math.ceil(this.#columnsOf(stage) / columns);
    const fill = (chunk: string): string => `    workgroupBarrier();
    for (var i = lane; i < ${depth * fours}u; i += ${threads}u) {
      let p = i % ${depth}u;
      let k = ${chunk} + p;
      var four = vec4f();
      if (k < ${k}u) {
${range(4, (r) => `        { let row = origin + i / ${depth}u * 4u + ${r}u; if (row < endRow) { four.${'xyzw'[r]} = number(${rowAt(a, sites[a], 'row')} + k); } }`)}
      }
      room[p * ${fours}u + i / ${depth}u] = four;
    }
    workgroupBarrier();`;
    const isWhole = k <= depth;
    const sum = isWhole
      ? this.#multiply(stage, i, '0u')
      : `    for (var chunk = 0u; chunk < ${k}u; chunk += ${depth}u) {\n${fill('chunk')}\n${this.#multiply(stage, i, 'chunk')}\n    }`;
    const held = this.#held.has(i);
    const unrolled =
      held && !isWhole
        ? range(
            Math.ceil(k / depth),
            (c) => `${fill(`${c * depth}u`)}\n${this.#multiply(stage, i, `${c * depth}u`, c)}`,
          )
        : sum;
    const sums = `${range(fours, (v) => `    var acc${v} = vec4f();`)}
${unrolled}
${splits > 1 ? this.#foldSplits(stage, i) : this.#finishOwn(stage)}`;
    const columnsCode = held
      ? `    let part = part${i};\n    let col = col${i};\n    let isOwn = isOwn${i};`
      : this.#columnOf(stage, i, 'batch');
    const batch =
      batches === 1
        ? `    let batch = 0u;\n${columnsCode}\n${sums}`
        : `    for (var batch = 0u; batch < ${batches}u; batch++) {\n${columnsCode}\n${splits > 1 && isWhole ? fill('0u') : ''}${sums}\n    }`;
    return `  ${this.#hasColumns(stage)}{
  for (var origin = firstRow; origin < endRow; origin += ${4 * fours}u) {
${isWhole && !(batches > 1 && splits > 1) ? fill('0u') : ''}
${batch}
  }
  }`;
  }

  /** \`part\` of k, \`col\` of the product and whether it \`isOwn\`, of this thread in a batch of columns. */
  #columnOf(stage: Product, i: number, batch: string, suffix = ''): string {
    const { columns, splits } = this.#shareOf(i);
    return `    let part${suffix} = lane / ${columns}u;
    let place${suffix} = ${this.#place(stage, `${batch} * ${columns}u + lane % ${columns}u`)};
    let col${suffix} = place${suffix}.x;
    let isOwn${suffix} = place${suffix}.y != 0u && part${suffix} < ${splits}u;`;
  }

  /** The column of the product that is the workgroup's n-th, and 1 if there is one. */
  #place(stage: Product, n: string): string {
    const { share } = this.#parts;
    const { groups } = share;
    let start = 0;
    let text = 'vec2u(0u, 0u)';
    const pieces = this.#piecesOf(stage).map((piece) => {
      const units = unitsOf(piece.width, groups);
      const from = start;
      start += units;
      return { piece, units, from };
    });
    for (const { piece, units, from } of pieces.reverse()) {
      const unit = `(${groups === 1 ? '' : `unitGroup * ${units}u + `}(${n}) - ${from}u)`;
      const isInside =
        piece.unit === 0
          ? `${unit} < ${piece.count}u`
          : `(${unit} >= ${piece.unit}u && ${unit} < ${piece.unit + piece.count}u)`;
      const mine = `vec2u(${unit} + ${piece.first}u - ${piece.unit}u, select(0u, 1u, ${isInside}))`;
      text = `select(${text}, ${mine}, (${n}) >= ${from}u && (${n}) < ${from + units}u)`;
    }
    return text;
  }

  /** Products of a few columns are those of some workgroups alone. */
  #hasColumns(stage: Product): string {
    const { groups } = this.#parts.share;
    const pieces = this.#piecesOf(stage);
    if (groups === 1 || pieces.some(({ unit, count, width }) => unit === 0 && count === width)) return '';
    const some = pieces.map(({ unit, count, width }) => {
      const units = unitsOf(width, groups);
      return `(unitGroup * ${units}u < ${unit + count}u && (unitGroup + 1u) * ${units}u > ${unit}u)`;
    });
    return `if (${some.join(' || ')}) `;
  }

  /** Adds what \`room\` holds, from element \`chunk\` of k on. */
  #multiply(stage: Product, i: number, chunk: string, number = 0): string {
    const { fours } = this.#parts.share;
    const { splits } = this.#shareOf(i);
    const depth = heldAtOnce(stage.k);
    const add = (weight: string, p: string): string =>
      range(fours, (v) => `      acc${v} = fma(vec4f(${weight}), room[(${p}) * ${fours}u + ${v}u], acc${v});`);
    if (this.#held.has(i)) {
      const perChunk = Math.ceil(Math.min(depth, stage.k - number * depth) / splits);
      const first = number * (depth / splits);
      return `    if (isOwn) {\n${range(perChunk, (j) => add(`w${i}_${first + j}`, `part + ${j * splits}u`))}\n    }`;
    }
    return `    if (isOwn) {
    let end = min(${depth}u, ${stage.k}u - ${chunk});
    for (var p = part; p < end; p += ${splits}u) {
      let weight = number(${weightAt(stage, `${chunk} + p`)});
${add('weight', 'p')}
    }
    }`;
  }

  /** Weights of this thread, before all rounds. */
  #hold(i: number, stage: Product): string {
    const { splits } = this.#shareOf(i);
    const count = depthOf(stage, splits);
    return `${this.#columnOf(stage, i, '0u', String(i))}
${range(count, (j) => `  var w${i}_${j} = 0.0;`)}
  if (isOwn${i}) {
    let col = col${i};
${range(count, (j) => `    if (part${i} + ${j * splits}u < ${stage.k}u) { w${i}_${j} = number(${weightAt(stage, `part${i} + ${j * splits}u`)}); }`)}
  }`;
  }

  /** The threads of a column put their parts together, in their order. */
  #foldSplits(stage: Product, i: number): string {
    const { threads, fours } = this.#parts.share;
    const { columns, splits } = this.#shareOf(i);
    return `    workgroupBarrier();
    if (part < ${splits}u) {
${range(fours, (v) => `      room[(part * ${columns}u + lane % ${columns}u) * ${fours}u + ${v}u] = acc${v};`)}
    }
    workgroupBarrier();
    for (var i = lane; i < ${columns * fours}u; i += ${threads}u) {
      let place = ${this.#place(stage, `batch * ${columns}u + i % ${columns}u`)};
      if (place.y == 0u) { continue; }
      let col = place.x;
      let quarter = i / ${columns}u;
      var four = vec4f();
      for (var s = 0u; s < ${splits}u; s++) { four += room[(s * ${columns}u + i % ${columns}u) * ${fours}u + quarter]; }
${this.#finish(stage, 'four', 'quarter * 4u')}
    }`;
  }

  #finishOwn(stage: Product): string {
    const { fours } = this.#parts.share;
    return `    if (isOwn) {\n${range(fours, (v) => this.#finish(stage, `acc${v}`, `${4 * v}u`))}\n    }`;
  }

  #finish({ c, accumulate }: Product, four: string, first: string): string {
    const { sites } = this.#parts;
    return range(4, (r) => {
      const value = `${four}.${'xyzw'[r]}`;
      return `      { let row = origin + ${first} + ${r}u; if (row < endRow) { let at = ${rowAt(c, sites[c], 'row')} + col; put(at, ${accumulate === true ? `number(at) + ${value}` : value}); } }`;
    });
  }

  #piecesOf(stage: Product): Piece[] {
    const { owners, share } = this.#parts;
    return piecesOf(stage, owners, share.groups);
  }

  #columnsOf(stage: Product): number {
    return columnsOf(this.#piecesOf(stage), this.#parts.share.groups);
  }

  #shareOf(i: number): { columns: number; splits: number } {
    const found = this.#parts.share.products.get(i);
    return found ?? { columns: 1, splits: 1 };
  }
}

/** Elements along k that stand in \`room\` at once. */
const heldAtOnce = (k: number): number => Math.min(DEPTH, 2 ** Math.ceil(Math.log2(Math.max(1, k))));

/** Weights of a column for each thread. */
const depthOf = ({ k }: Product, splits: number): number => Math.ceil(k / splits);

const weightAt = ({ b, transB }: Product, k: string): string =>
  transB === true ? `${startOf(b)} + col * ${strideOf(b)} + ${k}` : `${startOf(b)} + (${k}) * ${strideOf(b)} + col`;

function isSamePlace(x: Site, y: Site): boolean {
  return (
    x.storage === y.storage &&
    x.offset === y.offset &&
    x.rowStride === y.rowStride &&
    x.stepStride === y.stepStride &&
    x.table === y.table &&
    x.grouped === y.grouped &&
    x.indexed === y.indexed
  );
}
