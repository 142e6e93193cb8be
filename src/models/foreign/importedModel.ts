// What came out of a file of weights: layers, their weights, and a network of ours where they make one.
import type { LayerDescription, MappedParameter, Order, UnmappedTensor } from '../../formats/layers.js';
import type { TensorFileKind } from '../../formats/tensorFile.js';
import { withBudget } from '../../weights/budget.js';
import type { StateDict } from '../../weights/labels.js';
import type { LanguageModel } from '../language/languageModel.js';
import { ImportedNetwork, partName } from './importedNetwork.js';
import { languageModelOf, type TextOptions } from './languageModelOf.js';
import { encodeModuleFile } from './moduleLayers.js';

/** The character that stands for token 0 of brain.js, which begins and ends each text: ETX, which no text has. */
const BRAIN_JS_EDGE = '\u0003';

/** A parameter of ours, and where in the file it came from. */
export type MappedNames = Pick<MappedParameter, 'name' | 'shape' | 'label' | 'from'>;

/** What a file of weights holds, with the weights. */
export class ImportedModel {
  /** @internal */
  constructor(
    /** The format of the file. */
    readonly format: TensorFileKind | 'onnx',
    /** Whose names and orders it has: `PyTorch`, `MLX`, `Keras`, `TensorFlow.js`, `ONNX`, `Unrolled`. */
    readonly layout: string,
    /** Whether `layers` stand in the order of the module; safetensors sorts by name. */
    readonly keepsOrder: boolean,
    /** The layers, in the order of the file. */
    readonly layers: readonly LayerDescription[],
    /** By their paths in a network of ours, labelled by gate: what `loadStateDict` takes. */
    readonly weights: StateDict,
    /** Which tensors became which parameter. */
    readonly mapped: readonly MappedNames[],
    /** What no layer here takes, with the reason. */
    readonly unmapped: readonly UnmappedTensor[],
    /** Strings beside the tensors. */
    readonly metadata: Readonly<Record<string, string>>,
    /** Whether the layers follow each other as they stand in `layers`; undefined where the file does not say it. */
    readonly order?: Order,
  ) {}

  /**
   * The layers as a network of ours, with the weights: of a file of PyTorch an embedding, recurrent layers, a linear
   * layer, as far as they are there; of Keras and TensorFlow.js the layers as the file has them. It is trained, saved and called as any module.
   * Errors: UNSUPPORTED for layers that do not make a network by themselves.
   */
  network(): ImportedNetwork {
    const total = Object.values(this.weights).reduce((sum, { data }) => sum + data.length, 0);
    const network = withBudget(total, 'the file', () => new ImportedNetwork(this.layers, this.keepsOrder, this.order));
    const alone = this.layers.find(({ name }) => name === '');
    const prefix = alone === undefined ? '' : `${partName(alone)}.`;
    network.loadStateDict(new Map(Object.entries(this.weights).map(([name, own]) => [prefix + name, own])));
    return network.eval();
  }

  /**
   * The layers as a language model of ours, which generates, is evaluated, trained on and saved as any other: [embedding], recurrent
   * layers of one cell and size in one direction, a linear layer. A file of char-rnn, torch-rnn or brain.js says what its tokens mean; of others
   * it is for you to say. A text of brain.js begins and ends with a token of its own, which is '\u0003' here.
   *
   *     const model = (await importModel('cv/lm.t7')).languageModel();
   *     console.log(model.generate({ prime: 'The ', length: 200 }));
   *
   * Errors: OPTION for a vocabulary that does not fit, UNSUPPORTED for other layers.
   */
  languageModel(options?: TextOptions): LanguageModel {
    const { chain } = this.network();
    return languageModelOf(chain, this.weights, this.characters, options);
  }

  /** What the tokens of a language model mean, as JSON: a list; undefined where the file does not say it. @internal */
  get characters(): string | undefined {
    const { characters } = this.metadata;
    if (this.layout !== 'brain.js' || characters === undefined) {
      return /^(char|torch)-rnn$/.test(this.layout) ? characters : undefined;
    }
    // Token 0 begins and ends a text there.
    return JSON.stringify([BRAIN_JS_EDGE, ...(JSON.parse(characters) as (string | number)[]).map(String)]);
  }

  /** The bytes of a file of ours with the layers and their labelled weights; `importModel` opens it. */
  toBytes(): Uint8Array {
    return encodeModuleFile(this.layers, this.weights, this.order);
  }
}
