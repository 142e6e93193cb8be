/** Lessons with a figure that runs in the page: the module in live/. Without scripts it is not there. */
export const LIVE = {
  'autoregressive-sine': 'slidingSine',
  rnn: 'hiddenSize',
  'count-ones-scalar': 'errorSurface',
  'exploding-vanishing': 'clipping',
  lstm: 'forgetBias',
  'lstm-memory': 'memoryGates',
  'char-rnn': 'temperature',
};
