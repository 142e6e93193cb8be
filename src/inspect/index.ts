// Seeing inside: traces of gates, gradients through time, spectra, and what neurons follow.
export {
  type Attribution,
  integratedGradients,
  integratedGradientsAsync,
  pastInfluence,
  pastInfluenceAsync,
} from './attribution.js';
export {
  gateTrace,
  gateTraceAsync,
  type GateTrace,
  type GateTraceOptions,
  type TracedLayer,
  type TracedValue,
} from './gateTrace.js';
export { inputTrace, inputTraceAsync } from './inputTrace.js';
export { gradientFlow, gradientFlowAsync, type LayerGradients, type StepFunction } from './gradientFlow.js';
export {
  type CarriedState,
  type GradientReach,
  gradientReach,
  gradientReachAsync,
  type Quartiles,
  type ReachOptions,
} from './gradientReach.js';
export {
  type Continuation,
  type Effect,
  type EffectOptions,
  type HeldValue,
  intervene,
  interveneAsync,
  type InterveneOptions,
  type Intervention,
  type InterventionEffects,
  interventionEffects,
  interventionEffectsAsync,
  type InterventionResult,
  type ReplacedToken,
} from './intervention.js';
export {
  type Inspection,
  inspectModel,
  inspectModelAsync,
  type InspectOptions,
  type MatrixSpectrum,
  type TextGradientFlow,
  textGradientFlow,
  textGradientFlowAsync,
} from './inspectModel.js';
export { type JacobianOptions, stateJacobian, stateJacobianAsync, type StateJacobian } from './jacobian.js';
export {
  areaUnderCurve,
  correlation,
  type NeuronRanking,
  type NeuronRef,
  type NeuronScore,
  type PropertyRanking,
  type RankOptions,
  rankNeurons,
} from './neurons.js';
export { type ParameterSummary, parameterSummary } from './parameters.js';
export { type TextProperty, textProperties } from './properties.js';
export { type RecurrentMatrix, recurrentMatrices } from './recurrentMatrices.js';
export { type Saturation, saturation, saturationOf } from './saturation.js';
export { type Complex, eigenvalues, spectralRadius, type SquareMatrix } from './spectrum.js';
export { type ValueKind, valueKinds, type ValueMatrix, columnOf, toRows } from './values.js';
