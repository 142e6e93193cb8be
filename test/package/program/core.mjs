// What a user's program does with the package, whatever loads it: tensors and their methods, ragged batches, a cell of one's own,
// a model and its file, every subpath. It answers figures that must be the same wherever it runs.
export async function core({ unrolled, convert, text, data, metrics, formats, inspect, records }, backend) {
  const { Adam, clipGradNorm, crossEntropy, defineCell, detach, Embedding, GRU, LanguageModel, Linear, manualSeed } =
    unrolled;
  const { parallel, randn, Recurrent, tensor, useBackend, useMixtures } = unrolled;
  const chosen = await useBackend(backend, { threads: 1 });
  const sum = tensor([1, 2, 3]).add(1).mul(2).sum().item();

  manualSeed(1);
  const corpus = text.Corpus.fromText('she sells sea shells by the sea shore. '.repeat(40));
  const embed = new Embedding(corpus.vocabulary.size, 8);
  const rnn = new Recurrent(GRU, { inputSize: 8, hiddenSize: 16 });
  const decoder = new Linear(16, corpus.vocabulary.size);
  const parameters = [embed, rnn, decoder].flatMap((layer) => layer.parameters());
  const optimizer = new Adam(parameters, 1e-2);
  let state = null;
  let last = NaN;
  for (const { x, y } of data.sequentialBatches(corpus.train, { batchSize: 4, numSteps: 20 })) {
    const result = rnn.forward(embed.forward(x), { state: detach(state) });
    const loss = crossEntropy(decoder.forward(result.output), y);
    optimizer.zeroGrad();
    loss.backward();
    clipGradNorm(parameters, 1);
    optimizer.step();
    state = result.state;
    last = loss.item();
  }

  const MGU = defineCell({
    name: 'MGU',
    state: ['h'],
    step({ x, h, linear, sigmoid, tanh }) {
      const f = sigmoid(linear('f', x, h));
      const n = tanh(linear('n', x, f.mul(h)));
      return { h: h.add(f.mul(n.sub(h))) };
    },
  });
  const own = new Recurrent(MGU, { inputSize: 3, hiddenSize: 4, bidirectional: true, batchFirst: true });
  const ragged = own.forward(randn([3, 5, 3]), { lengths: [5, 2, 1] }).output;
  ragged.sum().backward();
  const own2 = [ragged.shape.join('x'), ragged.sum().item()];

  const options = { hiddenSize: 16, embeddingSize: 8, batchSize: 4, numSteps: 16, epochs: 2, seed: 3 };
  const model = await LanguageModel.fit('the cat sat on the mat. '.repeat(40), options);
  const again = LanguageModel.fromBytes(model.toBytes(), 'memory');
  // What a page asks for, and Node has from the start.
  useMixtures();
  await parallel.init();
  const long = 'the cat sat on the mat. '.repeat(40);
  const mixed = await LanguageModel.fit(long, { ...options, validation: 0.2, shards: 2, mixture: true });
  const both = (await LanguageModel.load(mixed.toBytes())).evaluate('the cat sat on the mat. '.repeat(3));
  return {
    backend: chosen.name,
    features: [...chosen.features],
    sum,
    loss: last,
    own: own2,
    perplexity: model.training.validation.at(-1).perplexity,
    mixed: [both.network.perplexity, both.ngrams.perplexity, both.perplexity],
    generated: again.generate({ prime: 'the ', length: 12, temperature: 0 }),
    subpaths: [
      metrics.errorRate([['a', 'b']], [['a', 'c']]).rate,
      inspect.spectralRadius([
        [2, 0],
        [0, 1],
      ]),
      records.readTable('a,b\n1,2\n', 'table.csv').rows.length,
      formats.decodeSafetensors(model.toBytes(), 'model').tensors.size > 0,
      await through(convert, new Recurrent(GRU, { inputSize: 2, hiddenSize: 3 }), randn([4, 2, 2])),
    ],
  };
}

/** Whether a network gives the same after a way through ONNX, and through a file of PyTorch. */
async function through({ exportModel, exportOnnx, importModel, importOnnx }, network, x) {
  const { network: fromOnnx } = await importOnnx(await exportOnnx(network));
  const fromPyTorch = (await importModel(exportModel(network, 'pytorch'))).network();
  const wanted = network.forward(x).output.data();
  return [fromOnnx, fromPyTorch].every((other) => {
    const { output } = other.forward(x);
    return output.data().every((value, i) => Math.abs(value - wanted[i]) < 1e-6);
  });
}
