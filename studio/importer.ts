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
  const last = file.layers.at(-1);
  if (vocabulary === null && file.characters === undefined && last?.kind === 'linear') return { size: last.outputSize };
  return { bytes: file.languageModel(vocabulary === null ? undefined : { vocabulary }).toBytes() };
}

scope.onmessage = ({ data }) => {
  read(data).then(
    (answer) => scope.postMessage(answer),
    (error: unknown) => scope.postMessage({ failed: told(error) }),
  );
};
