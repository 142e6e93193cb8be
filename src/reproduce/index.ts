// For those who write experiments: what one is, what a check expects, and what its figures are drawn with.
export {
  type Chapter,
  type Experiment,
  type ExperimentDefinition,
  type Experimenting,
  experiment,
  type FigureOptions,
  type LessonText,
  type Notation,
  type TableOptions,
  type Translate,
} from './experiment.js';
export {
  build,
  type Building,
  type Exercise,
  type Mistake,
  predict,
  type Prediction,
  type Trial,
  type Verdict,
  write,
  type Writing,
} from './exercise.js';
export {
  above,
  atLeast,
  atMost,
  below,
  between,
  diverged,
  type Expectation,
  exactly,
  type Got,
  holds,
  near,
} from './expectation.js';
export { type NumberSetting, type Settings, type WordSetting } from './setting.js';
export { type Language, type Message, type Messages, messages, type Values as MessageValues } from './messages.js';
export type { Word } from './words.js';
export type { PlotOptions } from '../drawing/figure.js';
export {
  colour,
  type Curve,
  type Curves,
  curves,
  diverging,
  INK,
  MUTED,
  sequential,
  SURFACE,
} from '../drawing/curves.js';
export { drawGraph, type Graph, type GraphEdge, type GraphNode, type NodeKind } from '../drawing/networks/graph.js';
export { encoderDecoder, unrolled, type UnrolledNetwork, type UnrolledOptions } from '../drawing/networks/unrolled.js';
export * as Plot from '@observablehq/plot';
