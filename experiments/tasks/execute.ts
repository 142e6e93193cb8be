// Learning to execute: a network reads programs, writes what they print, and learns in four different orders.
import { Philox } from 'unrolled';
import { above, colour, curves, experiment, exactly, INK, MUTED, Plot, sequential, SURFACE } from 'unrolled/reproduce';
import { execute as exercises } from './exercises/writing.js';
import { type Draw, executor, type Judged, judge, shares, train } from './parts/executor.js';
import { addition, KINDS, type Program, program, tenth } from './parts/programs.js';
import text from './text/execute.js';

/** Programs of lengths 1 … a and nestings 1 … b; those of (a, b) are the target. */
interface Task {
  a: number;
  b: number;
  /** Read in each training. */
  characters: number;
  make(length: number, nesting: number, random: Philox): Program;
}

const NAMES = ['none', 'naive', 'mix', 'combined'] as const;
const CURRICULA: Record<(typeof NAMES)[number], (task: Task) => Draw> = {
  none:
    ({ a, b, make }) =>
    (_, random) =>
      make(a, b, random),
  /** One step after the other, each for the same time: the lengths of nesting 1, then those of nesting 2, and so on. */
  naive:
    ({ a, b, make }) =>
    (done, random) => {
      const step = Math.floor(done * a * b);
      return make(1 + (step % a), 1 + Math.floor(step / a), random);
    },
  mix:
    ({ a, b, make }) =>
    (_, random) =>
      make(1 + random.integer(a), 1 + random.integer(b), random),
  combined: (task) => {
    const [naive, mix] = [CURRICULA.naive(task), CURRICULA.mix(task)];
    return (done, random) => (random.integer(2) === 0 ? naive : mix)(done, random);
  },
};

/** A tenth of all programs is for the test, one for validation; the others are learned from. */
const partOf = (text: string): string => ['test', 'validation'][tenth(text)] ?? 'training';
function draw(part: 'training' | 'validation' | 'test', make: () => Program): Program {
  for (;;) {
    const made = make();
    if (partOf(made.text) === part) return made;
  }
}
const draws = (count: number, ...[part, make]: Parameters<typeof draw>): Program[] =>
  Array.from({ length: count }, () => draw(part, make));

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;

const MIX = NAMES.indexOf('mix');
const ofMix = ({ shares }: { shares: readonly number[] }): number => shares[MIX];

/** What counting knows: at each place the character that is the most frequent there. */
function byFrequency(known: readonly Program[], asked: readonly Program[]): Judged {
  const counts: Map<string, number>[] = [];
  for (const { result } of known) {
    Array.from(result).forEach((c, i) => (counts[i] ??= new Map()).set(c, (counts[i].get(c) ?? 0) + 1));
  }
  const guess = counts.map((at) => [...at].sort((x, y) => y[1] - x[1])[0][0]);
  return shares(asked, (n, place) => guess[place] === asked[n].result[place]);
}

export default experiment({
  name: 'execute',
  source: 'Zaremba and Sutskever 2014 (Learning to Execute)',
  needs: ['lstm'],
  text,
  exercises,
  code: ['execute.ts', 'parts/executor.ts', 'parts/programs.ts'],
  minutes: 18,
  run({ quick, seed, say, heading, formula, plot, table, lines, check, finding, progress }) {
    // What a, b and the number of characters should be was tried on validation programs with one seed.
    const tasks = {
      nesting: { a: 1, b: quick ? 1 : 7, characters: quick ? 60_000 : 10e6, make: program },
      both: { a: 2, b: 3, characters: quick ? 12_000 : 6e6, make: program },
      addition: {
        a: 3,
        b: 1,
        characters: quick ? 5000 : 5e6,
        make: (length: number, _: number, random: Philox) => addition(length, random),
      },
    } satisfies Record<string, Task>;
    const seeds = quick ? [seed] : [seed, seed + 1, seed + 2];
    const [hidden, times, count] = quick ? [32, 3, 60] : [64, 8, 1000];
    const trainings = 3 * NAMES.length * seeds.length;
    let trained = 0;

    /** Trains a network for each curriculum and seed, and judges it on the target. */
    function compare(name: keyof typeof tasks) {
      const task: Task = tasks[name];
      const { a, b, characters, make } = task;
      const random = new Philox(seed, 2);
      const target = (): Program => make(a, b, random);
      const [test, validation] = [draws(count, 'test', target), draws(quick ? 40 : 300, 'validation', target)];
      const baseline = byFrequency(draws(2000, 'training', target), test);
      const runs = NAMES.map((curriculum) =>
        seeds.map((s) => {
          const net = executor(hidden, s);
          const next = CURRICULA[curriculum](task);
          const curve: number[] = [];
          train(net, (done, r) => draw('training', () => next(done, r)), {
            ...{ characters, seed: s, times },
            report(done) {
              curve.push(judge(net, validation).characters);
              progress((trained + done) / trainings, `${name}, ${curriculum}: ${percent(curve.at(-1) ?? 0)}`);
            },
          });
          trained++;
          return { net, curve, ...judge(net, test) };
        }),
      );
      const means = runs.map((own) => mean(own.map(({ characters }) => characters)));
      return { ...{ task, test, baseline, runs, means }, exact: runs.map((own) => mean(own.map((run) => run.exact))) };
    }
    type Compared = ReturnType<typeof compare>;

    /** On test programs of each length and nesting up to the target: for each curriculum the mean over the seeds. */
    function judgeAll({ task: { a, b, make }, runs }: Compared) {
      return Array.from({ length: a * b }, (_, k) => {
        const [length, nesting] = [1 + (k % a), 1 + Math.floor(k / a)];
        const random = new Philox(seed, 100 + k);
        const asked = draws(quick ? 20 : 200, 'test', () => make(length, nesting, random));
        return runs.map((own, i) => ({
          i,
          length,
          nesting,
          share: mean(own.map(({ net }) => judge(net, asked).characters)),
        }));
      }).flat();
    }
    const overall = (cells: ReturnType<typeof judgeAll>): number[] =>
      NAMES.map((_, which) => mean(cells.filter(({ i }) => i === which).map(({ share }) => share)));

    const show = (
      { task, baseline, runs, means, exact }: Compared,
      mixed: 'nestingMixed' | 'bothMixed' | 'additionMixed',
    ): void => {
      table((t) => ({
        columns: [
          { heading: t('curriculum') },
          ...[t('characters'), t('spread'), t('exact')].map((word) => ({ heading: word, number: true })),
        ],
        rows: [
          [t('byFrequency'), percent(baseline.characters), '', percent(baseline.exact)],
          ...NAMES.map((name, i) => {
            const all = runs[i].map(({ characters }) => characters);
            return [
              t(name),
              percent(means[i]),
              `${percent(Math.min(...all))} … ${percent(Math.max(...all))}`,
              percent(exact[i]),
            ];
          }),
        ],
      }));
      const values = Object.fromEntries(NAMES.map((name, i) => [name, percent(means[i])]));
      say('found', values);
      const [none, naive, mix, combined] = means;
      // Of one nesting all curricula are the same; and a short training shows nothing.
      if (!quick) {
        const least = mixed === 'nestingMixed' ? Math.max(none, naive) : naive;
        finding(mixed, above(least), Math.min(mix, combined), values);
      }
      const read = Array.from({ length: times }, (_, i) => (((i + 1) / times) * task.characters) / 1e6);
      plot('learningCaption', (t) => ({
        x: { label: t('read') },
        y: { label: t('rightPercent'), grid: true, percent: true },
        marks: [
          Plot.ruleY([baseline.characters], { stroke: MUTED, strokeDasharray: '2 3' }),
          curves(runs.flatMap((own, i) => own.map(({ curve }) => ({ x: read, y: curve, colour: i, faint: true })))),
          curves(
            NAMES.map((name, i) => ({
              name: t(name),
              x: read,
              y: read.map((_, at) => mean(runs[i].map(({ curve }) => curve[at]))),
              colour: i,
            })),
          ),
        ],
      }));
    };

    heading('programsHeading');
    const random = new Philox(seed, 3);
    const samples = [1, 2, 3, 4].map((nesting) => program(2, nesting, random));
    lines('samples', samples.map(({ text, result }) => `${text}→ ${result}`).join('\n\n'));
    say('language');
    heading('networkHeading');
    say('network', { hidden });
    formula(
      String.raw`P(y_1 \dots y_n \mid x) = \prod_{j=1}^{n} P(y_j \mid x,\, y_1 \dots y_{j-1}), \qquad P(y_j \mid \cdot) = \operatorname{softmax}(W \mathbf h_{|x| + j - 1} + \mathbf b)`,
    );
    say('exactness');

    heading('curriculaHeading');
    say('curricula');
    const steps = NAMES.flatMap((name, i) =>
      Array.from({ length: 240 }, (_, k) => {
        const { length, nesting } = CURRICULA[name](tasks.both)(k / 240, random);
        return { i, done: k / 240, level: (nesting - 1) * tasks.both.a + length };
      }),
    );
    plot('curriculaCaption', (t) => ({
      ...{ height: 200, marginLeft: 90, marginTop: 44 },
      x: { label: t('done'), percent: true, ticks: [0, 100] },
      y: {
        label: t('lengthNesting'),
        ticks: tasks.both.a * tasks.both.b,
        tickFormat: (level: number) => `${1 + ((level - 1) % tasks.both.a)}, ${Math.ceil(level / tasks.both.a)}`,
      },
      fx: { label: null, tickFormat: (i: number) => t(NAMES[i]), padding: 0.3 },
      marks: [Plot.dot(steps, { x: 'done', y: 'level', fx: 'i', r: 1.6, fill: ({ i }: { i: number }) => colour(i) })],
    }));

    heading('nestingHeading');
    say('nested', { nesting: tasks.nesting.b, characters: tasks.nesting.characters });
    const nested = compare('nesting');
    show(nested, 'nestingMixed');
    const floor = nested.baseline.characters;
    if (quick) check('quickLearned', above(0.9 * floor), Math.max(...nested.means), { floor: percent(floor) });
    else check('learned', above(floor), Math.min(...nested.means));

    heading('kindsHeading');
    say('kinds');
    const depth = Math.min(3, tasks.nesting.b);
    lines(
      'kindSamples',
      KINDS.map((kind) => program(1, 2, random, [kind]))
        .map(({ text, result }) => `${text.trimEnd().replaceAll('\n', ' ⏎ ').padEnd(64)}→ ${result}`)
        .join('\n'),
    );
    const byKind = KINDS.map((kind, k) => {
      const own = new Philox(seed, 200 + k);
      const asked = draws(quick ? 20 : 300, 'test', () => program(1, depth, own, [kind]));
      const judged = nested.runs.map((runs) => runs.map(({ net }) => judge(net, asked)));
      const baseline = byFrequency(
        draws(quick ? 200 : 2000, 'training', () => program(1, depth, own, [kind])),
        asked,
      );
      return {
        kind,
        baseline: baseline.characters,
        shares: judged.map((all) => mean(all.map((one) => one.characters))),
      };
    });
    table((t) => ({
      columns: [
        { heading: t('kindOf', { depth }) },
        { heading: t('byFrequencyShort'), number: true },
        ...NAMES.map((name) => ({ heading: t(name), number: true })),
      ],
      rows: byKind.map(({ kind, baseline, shares }) => [t(kind), percent(baseline), ...shares.map(percent)]),
    }));
    check('kindsDiffer', above(0), Math.max(...byKind.map(ofMix)) - Math.min(...byKind.map(ofMix)));
    say('kindsFound');

    heading('bothHeading');
    say('both', { characters: tasks.both.characters });
    const both = compare('both');
    show(both, 'bothMixed');
    const cells = judgeAll(both);
    plot('gridCaption', (t) => ({
      ...{ height: 250, padding: 0.04 },
      color: sequential(0, 1),
      x: { label: t('length') },
      y: { label: t('nesting') },
      fx: { label: null, tickFormat: (i: number) => t(NAMES[i]), padding: 0.12 },
      marks: [
        Plot.cell(cells, { x: 'length', y: 'nesting', fx: 'i', fill: 'share' }),
        Plot.text(cells, {
          x: 'length',
          y: 'nesting',
          fx: 'i',
          text: ({ share }: { share: number }) => String(Math.round(100 * share)),
          fill: ({ share }: { share: number }) => (share > 0.6 ? SURFACE : INK),
        }),
      ],
    }));

    heading('additionHeading');
    say('addition', { characters: tasks.addition.characters });
    const sums = compare('addition');
    show(sums, 'additionMixed');
    const byDigits = judgeAll(sums);
    plot('digitsCaption', (t) => ({
      x: { label: t('digits'), ticks: Array.from({ length: tasks.addition.a }, (_, i) => i + 1) },
      y: { label: t('rightPercent'), grid: true, percent: true, domain: [0, 100] },
      marks: [
        curves(
          NAMES.map((name, i) => {
            const own = byDigits.filter((cell) => cell.i === i);
            return { name: t(name), x: own.map(({ length }) => length), y: own.map(({ share }) => share), colour: i };
          }),
        ),
      ],
    }));
    if (!quick) {
      for (const [key, shares] of [['overall', overall(cells)] as const, ['overDigits', overall(byDigits)] as const]) {
        const values = Object.fromEntries(NAMES.map((name, i) => [name, percent(shares[i])]));
        finding(key, above(Math.max(shares[0], shares[1])), Math.min(shares[2], shares[3]), values);
      }
    }

    heading('spreadHeading');
    const compared = { nesting: nested, both, addition: sums };
    const keys = ['nesting', 'both', 'addition'] as const;
    const apart = Math.max(
      ...keys.flatMap((key) =>
        compared[key].runs.map((own) => {
          const all = own.map(({ characters }) => characters);
          return Math.max(...all) - Math.min(...all);
        }),
      ),
    );
    if (seeds.length > 1) say('chance', { apart: (100 * apart).toFixed(1) });
    else say('oneSeed');
    const seedDots = keys.flatMap((key) =>
      compared[key].runs.flatMap((own, i) => own.map(({ characters }) => ({ key, i, characters }))),
    );
    const bars = keys.flatMap((key) => compared[key].means.map((characters, i) => ({ key, i, characters })));
    const stroke = ({ i }: { i: number }): string => colour(i);
    plot('spreadCaption', (t) => ({
      ...{ height: 380, marginLeft: 90, marginRight: 120 },
      x: { label: t('rightPercent'), percent: true, grid: true },
      y: { label: null, domain: [0, 1, 2, 3], tickFormat: (i: number) => t(NAMES[i]), tickSize: 0 },
      fy: { label: null, domain: keys, tickFormat: (key: (typeof keys)[number]) => t(`${key}Heading`), padding: 0.15 },
      marks: [
        Plot.ruleX(keys, {
          x: (key: (typeof keys)[number]) => compared[key].baseline.characters,
          fy: (key: string) => key,
          stroke: MUTED,
          strokeDasharray: '2 3',
        }),
        Plot.dot(seedDots, { x: 'characters', y: 'i', fy: 'key', r: 4, stroke, strokeWidth: 1.6 }),
        Plot.tickX(bars, { x: 'characters', y: 'i', fy: 'key', stroke, strokeWidth: 2.5, inset: 3 }),
      ],
    }));

    heading('writesHeading');
    const [{ net }] = nested.runs[MIX];
    const written = nested.test.map(({ text }) => net.write(text));
    check(
      'greedy',
      exactly(judge(net, nested.test).exact),
      nested.test.filter(({ result }, i) => written[i] === result).length / written.length,
    );
    table((t) => ({
      columns: [{ heading: t('program') }, { heading: t('prints') }, { heading: t('writes') }],
      rows: nested.test
        .slice(0, 10)
        .map(({ text, result }, i) => [
          text.trimEnd().replaceAll('\n', ' ⏎ '),
          result,
          `${written[i]} ${written[i] === result ? '✓' : '✗'}`,
        ]),
    }));
  },
});
