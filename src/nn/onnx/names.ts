// Names of the sizes of an ONNX graph that are free.
export const TIME = 'time';
export const BATCH = 'batch';
