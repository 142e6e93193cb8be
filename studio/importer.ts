// A worker that reads a model file from elsewhere and gives it back as one of ours: what it needs to read is no part of the first load.
import { configure } from 'unrolled';
import { importModel } from 'unrolled/convert';
import { told } from './engine/told.js';
import type { Imported, ToImporter } from './messages.js';

const scope = self as unknown as {
  onmessage: ((event: MessageEvent<ToImporter>) => void) | null;
  postMessage(message: Imported): void;
};

configure({ kernels: new URL('./kernels/', self.location.href) });

async function read({ bytes, name, vocabulary }: ToImporter): Promise<Imported> {
  const file = await importModel(new File([bytes as BlobPart], name));
  if (vocabulary !== null) return { bytes: file.languageModel({ vocabulary }).toBytes() };
  if (file.characters !== undefined) return { bytes: file.languageModel().toBytes() };
  const last = file.layers.at(-1);
  const size = last?.kind === 'linear' ? last.outputSize : 1;
  // Whether it is a language model at all is said before anybody is asked.
  file.languageModel({ vocabulary: Array.from({ length: size }, (_, i) => String(i)) });
  return { size };
}

scope.onmessage = ({ data }) => {
  read(data).then(
    (answer) => scope.postMessage(answer),
    (error: unknown) => scope.postMessage({ failed: told(error) }),
  );
};
