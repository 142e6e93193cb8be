// A recurrent network unrolled in time, as a graph to draw: layers, directions, what goes in and what comes out at which step.
import type { Graph, GraphEdge, GraphNode, NodeKind } from './graph.js';

/** What is drawn of a `Recurrent`, or of what will be one. */
export interface UnrolledNetwork {
  /** The cell; its name stands in the boxes. */
  cell: { name: string };
  /** Layers above each other; 1. */
  numLayers?: number;
  /** A second row of boxes for each layer, which reads from the end; no. */
  bidirectional?: boolean;
}

/** How it is drawn. */
export interface UnrolledOptions {
  /** Time steps; 4. */
  steps?: number;
  /** Steps at which something is read, from 1; all. */
  inputs?: readonly number[];
  /** Steps at which something is put out, from 1; all. */
  outputs?: readonly number[];
  /** What stands in inputs and outputs, from step 1 on; `x_1` and `y_1`. */
  labels?: { inputs?: readonly string[]; outputs?: readonly string[] };
  /** Gradients flow back from the last output along all states: dashed, orange. */
  gradients?: boolean;
  /** They do not pass before this step: truncated backpropagation. */
  cutBefore?: number;
  /** What a screen reader says of it. */
  title?: string;
}

/** Words want boxes; a letter has room in a circle. */
const kindOf = (labels: readonly string[] = []): NodeKind =>
  labels.some((label) => label.length > 2) ? 'token' : 'value';
const upTo = (n: number): number[] => Array.from({ length: n }, (_, i) => i + 1);

/** A recurrent network over its steps, for `drawGraph`: inputs below, layers above each other, outputs on top. */
export function unrolled(network: UnrolledNetwork, options: UnrolledOptions = {}): Graph {
  const { cell, numLayers = 1, bidirectional = false } = network;
  const { steps = 4, gradients = false, cutBefore = 0, labels = {} } = options;
  const all = upTo(steps);
  const { inputs = all, outputs = all } = options;
  const directions = bidirectional ? ['→', '←'] : [''];
  const row = (layer: number, direction: number): number => 1 + (layer - 1) * directions.length + direction;
  const top = row(numLayers, directions.length - 1) + 1;
  const box = (layer: number, direction: number, t: number): string => `${layer}.${direction}.${t}`;

  const nodes: GraphNode[] = [];
  const edges: GraphEdge[] = [];
  for (const t of all) {
    // Two directions stand a little apart, so that what passes one does not run through the other.
    const column = (direction: number): number => t + (bidirectional ? (direction === 0 ? -0.22 : 0.22) : 0);
    if (inputs.includes(t)) {
      nodes.push({ name: `x${t}`, label: labels.inputs?.[t - 1] ?? `x_${t}`, x: t, y: 0, kind: kindOf(labels.inputs) });
    }
    for (const layer of upTo(numLayers)) {
      directions.forEach((sign, d) => {
        const name = box(layer, d, t);
        nodes.push({ name, label: `${cell.name}${sign}`, x: column(d), y: row(layer, d), kind: 'layer' });
        if (layer === 1 && inputs.includes(t)) edges.push({ from: `x${t}`, to: name });
        if (layer > 1) directions.forEach((_, below) => edges.push({ from: box(layer - 1, below, t), to: name }));
        const next = d === 0 ? t + 1 : t - 1;
        if (next >= 1 && next <= steps) edges.push({ from: name, to: box(layer, d, next) });
        if (gradients && d === 0 && t > 1) {
          const kind = t === cutBefore ? 'cut' : 'backward';
          if (t >= cutBefore) edges.push({ from: name, to: box(layer, d, t - 1), kind });
        }
      });
    }
    if (outputs.includes(t)) {
      nodes.push({
        name: `y${t}`,
        label: labels.outputs?.[t - 1] ?? `y_${t}`,
        x: t,
        y: top,
        kind: kindOf(labels.outputs),
      });
      directions.forEach((_, d) => edges.push({ from: box(numLayers, d, t), to: `y${t}` }));
      if (gradients && t === Math.max(...outputs)) {
        edges.push({ from: `y${t}`, to: box(numLayers, 0, t), kind: 'backward' });
      }
    }
  }
  const layers = `${numLayers} × ${cell.name}${bidirectional ? ' ⇄' : ''}`;
  const back = gradients ? `; ∂L: t = ${steps} → ${Math.max(cutBefore, 1)}` : '';
  const [read, said] = [listed('x', inputs, labels.inputs), listed('y', outputs, labels.outputs)];
  const title = options.title ?? `${read} → ${layers}, t = 1 … ${steps} → ${said}${back}`;
  return { title, nodes, edges, spacing: { x: bidirectional ? 132 : 104, y: 74 } };
}

/** `x_1 … x_4`, or what stands there. */
function listed(letter: string, steps: readonly number[], labels: readonly string[] = []): string {
  if (labels.length > 0) return steps.map((t) => labels[t - 1] ?? `${letter}_${t}`).join(' ');
  const [first, last] = [steps[0], steps[steps.length - 1]];
  return first === last ? `${letter}_${first}` : `${letter}_${first} … ${letter}_${last}`;
}

/** An encoder that reads, and a decoder that begins with its last state and reads what it wrote itself. */
export function encoderDecoder(
  { cell }: Pick<UnrolledNetwork, 'cell'>,
  texts: { source: readonly string[]; target: readonly string[]; title?: string },
): Graph {
  const { source, target, title = `${cell.name} → ${cell.name}: ${source.join(' ')} → ${target.join(' ')}` } = texts;
  const nodes: GraphNode[] = [];
  const edges: GraphEdge[] = [];
  const read = [...source, ...target.slice(0, -1)];
  const names = [...source.slice(0, -1), ...target].map((_, i) => `l${i}`);
  // The last token of the source is what starts the decoder.
  read.forEach((token, i) => {
    const decoding = i >= source.length - 1;
    nodes.push({ name: `x${i}`, label: token, x: i, y: 0, kind: 'token' });
    nodes.push({ name: names[i], label: cell.name, x: i, y: 1, kind: 'layer' });
    edges.push({ from: `x${i}`, to: names[i] });
    if (i > 0) edges.push({ from: names[i - 1], to: names[i], label: i === source.length - 1 ? 'h_T' : undefined });
    if (!decoding) return;
    nodes.push({ name: `y${i}`, label: target[i - source.length + 1], x: i, y: 2, kind: 'token' });
    edges.push({ from: names[i], to: `y${i}` });
    if (i + 1 < read.length) edges.push({ from: `y${i}`, to: `x${i + 1}` });
  });
  return { title, nodes, edges, spacing: { x: 96, y: 74 } };
}
