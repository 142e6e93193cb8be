// Where what a lesson names can be read: sections of the books, papers, programs. Addresses are plain links; no page asks for them.

const D2L = {
  4.4: 'linear-classification/softmax-regression-scratch',
  9: 'recurrent-neural-networks/index',
  9.1: 'recurrent-neural-networks/sequence',
  9.2: 'recurrent-neural-networks/text-sequence',
  9.3: 'recurrent-neural-networks/language-model',
  9.4: 'recurrent-neural-networks/rnn',
  9.5: 'recurrent-neural-networks/rnn-scratch',
  9.6: 'recurrent-neural-networks/rnn-concise',
  9.7: 'recurrent-neural-networks/bptt',
  10.1: 'recurrent-modern/lstm',
  10.2: 'recurrent-modern/gru',
  10.3: 'recurrent-modern/deep-rnn',
  10.4: 'recurrent-modern/bi-rnn',
  10.5: 'recurrent-modern/machine-translation-and-dataset',
  10.6: 'recurrent-modern/encoder-decoder',
  10.7: 'recurrent-modern/seq2seq',
  10.8: 'recurrent-modern/beam-search',
  11.4: 'attention-mechanisms-and-transformers/bahdanau-attention',
  16.1: 'natural-language-processing-applications/sentiment-analysis-and-dataset',
  16.2: 'natural-language-processing-applications/sentiment-analysis-rnn',
};

const D2L_ZH = {
  3.6: 'linear-networks/softmax-regression-scratch',
  8.1: 'recurrent-neural-networks/sequence',
  8.2: 'recurrent-neural-networks/text-preprocessing',
  8.3: 'recurrent-neural-networks/language-models-and-dataset',
  8.4: 'recurrent-neural-networks/rnn',
  8.5: 'recurrent-neural-networks/rnn-scratch',
  8.6: 'recurrent-neural-networks/rnn-concise',
  8.7: 'recurrent-neural-networks/bptt',
  9.1: 'recurrent-modern/gru',
  9.2: 'recurrent-modern/lstm',
  9.3: 'recurrent-modern/deep-rnn',
  9.4: 'recurrent-modern/bi-rnn',
  9.5: 'recurrent-modern/machine-translation-and-dataset',
  9.6: 'recurrent-modern/encoder-decoder',
  9.7: 'recurrent-modern/seq2seq',
  9.8: 'recurrent-modern/beam-search',
  10.4: 'attention-mechanisms/bahdanau-attention',
  15.1: 'natural-language-processing-applications/sentiment-analysis-and-dataset',
  15.2: 'natural-language-processing-applications/sentiment-analysis-rnn',
};

/** Words of a source, and where that is. */
const PAPERS = [
  ['Hochreiter and Schmidhuber (1997)', 'https://doi.org/10.1162/neco.1997.9.8.1735'],
  ['Gers, Schmidhuber and Cummins (2000)', 'https://doi.org/10.1162/089976600300015015'],
  ['Pascanu, Mikolov and Bengio (2013)', 'https://arxiv.org/abs/1211.5063'],
  ['Tallec and Ollivier (2017)', 'https://arxiv.org/abs/1705.08209'],
  ['Schuster, Paliwal 1997', 'https://doi.org/10.1109/78.650093'],
  ['Rabiner 1989', 'https://doi.org/10.1109/5.18626'],
  ['Karpathy, min-char-rnn.py (2015)', 'https://gist.github.com/karpathy/d4dee566867f8291f086'],
  [
    'Karpathy, The Unreasonable Effectiveness of Recurrent Neural Networks (2015)',
    'https://karpathy.github.io/2015/05/21/rnn-effectiveness/',
  ],
  ['Zaremba and Sutskever 2014', 'https://arxiv.org/abs/1410.4615'],
  ['Zhang and Lapata 2014', 'https://aclanthology.org/D14-1074/'],
  ['Bahdanau, Cho and Bengio 2015', 'https://arxiv.org/abs/1409.0473'],
  ['Xu et al. 2015', 'https://arxiv.org/abs/1502.03044'],
  ['Vinyals et al. 2015', 'https://arxiv.org/abs/1411.4555'],
  ['Pang and Lee 2005', 'https://arxiv.org/abs/cs/0506075'],
  ['Wang and Manning 2012', 'https://aclanthology.org/P12-2018/'],
  ['Huang, Xu and Yu 2015', 'https://arxiv.org/abs/1508.01991'],
  ['Tjong Kim Sang and Buchholz 2000', 'https://aclanthology.org/W00-0726/'],
  ['Rei 2017', 'https://arxiv.org/abs/1704.07156'],
  ['Maas et al. 2011', 'https://aclanthology.org/P11-1015/'],
  ['Zhou et al. 2021', 'https://arxiv.org/abs/2012.07436'],
  ['Zeng et al. 2023', 'https://arxiv.org/abs/2205.13504'],
  ['Ling et al. 2015', 'https://arxiv.org/abs/1508.02096'],
  ['Plank, Søgaard and Goldberg 2016', 'https://arxiv.org/abs/1604.05529'],
  ['Rao et al. 2015', 'https://doi.org/10.1109/ICASSP.2015.7178767'],
  ['Yao and Zweig 2015', 'https://arxiv.org/abs/1506.00196'],
  ['Hyndman and Athanasopoulos', 'https://otexts.com/fpp3/'],
  ['MNIST (1998)', 'https://doi.org/10.1109/5.726791'],
];

/**
 * The parts of a lesson's source with their addresses; a subsection goes to the section that it is in.
 * @param source as people read it, HTML: `Dive into Deep Learning, 9.1, 9.3; Pascanu, Mikolov and Bengio (2013)`
 * @returns the same with links
 */
export function withLinks(source) {
  const [before, after] = source.includes('《动手学深度学习》')
    ? [D2L_ZH, 'https://zh.d2l.ai/chapter_']
    : [D2L, 'https://d2l.ai/chapter_'];
  const end = source.search(/[;；]/);
  const [book, rest] = end < 0 ? [source, ''] : [source.slice(0, end), source.slice(end)];
  const linked = !/Dive into|动手学/.test(book)
    ? withPapers(book)
    : book.replace(/英文版 ([\d.、,–]+)|\d+\.\d+(?:\.\d+)?/g, (whole) =>
        whole.startsWith('英')
          ? whole.replace(/\d+\.\d+(?:\.\d+)?/g, (n) => section(n, D2L, 'https://d2l.ai/chapter_'))
          : section(whole, before, after),
      );
  return linked + withPapers(rest);
}

function section(number, table, address) {
  const page = table[number.split('.').slice(0, 2).join('.')];
  return page === undefined ? number : `<a href="${address}${page}.html">${number}</a>`;
}

function withPapers(text) {
  return PAPERS.reduce((all, [name, href]) => all.replace(name, `<a href="${href}">${name}</a>`), text);
}
