// The pages of docs/, under the groups that the reader sees at the side. Chinese ones are in docs/zh/.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { address, BASE, LANGUAGES, ROOT } from './place.mjs';

/** Every file of docs/ is in one of these; a test holds that. */
export const GROUPS = [
  {
    label: { en: 'Start', zh: '入门' },
    pages: ['tensors', 'cells', 'recurrent', 'layers', 'modules', 'optimizers', 'models', 'defaults', 'weights'],
  },
  {
    label: { en: 'Tasks', zh: '任务' },
    pages: [
      ...['classification', 'tagging', 'forecasting', 'translation', 'pronunciation', 'programs', 'captions'],
      ...['digits', 'data'],
    ],
  },
  {
    label: { en: 'Use', zh: '使用' },
    pages: ['browser', 'servers', 'native', 'gpu', 'scaling', 'performance', 'onnx', 'one-file', 'studio'],
  },
  {
    label: { en: 'Coming from', zh: '从其他工具过来' },
    pages: ['from-pytorch', 'from-keras', 'from-tensorflowjs', 'from-brainjs', 'from-char-rnn'],
  },
  { label: { en: 'The course and the house', zh: '课程与内部结构' }, pages: ['textbook', 'coverage', 'architecture'] },
];

const DOCS = join(ROOT, 'docs');
export const docFile = (name, language) => join(DOCS, language === 'en' ? '' : language, `${name}.md`);

/** Markdown with addresses of the site; what lies in the repository alone is named without a link. */
function inSite(markdown, language) {
  return markdown.replace(/(!?)\[([^\]]*)\]\((?!https?:)([^)\s]+)\)/g, (whole, picture, text, target) => {
    if (target.startsWith('#')) return whole;
    const path = target.replace(/^(?:\.\.\/)*(?:docs\/)?(?:zh\/)?/, '');
    if (picture === '!') return `![${text}](${BASE}${path})`;
    const page = /^([\w-]+)\.md(#.*)?$/.exec(path);
    if (page === null || !existsSync(docFile(page[1], 'en'))) return text;
    return `[${text}](${address(`docs/${page[1]}${page[2] ?? ''}`, language)})`;
  });
}

/** Plain text in columns is not wrapped: on a narrow screen it scrolls. */
function withColumns(markdown) {
  return markdown
    .split(/(^```[^]*?^```$)/m)
    .map((part) =>
      part.replace(/(?<=\n\n)(?: {4}.*\n)+/g, (block) => {
        const text = block.replaceAll(/^ {4}/gm, '');
        return /\S {3,}\S/.test(text) ? `\`\`\`plaintext wrap=false\n${text}\`\`\`\n` : block;
      }),
    )
    .join('');
}

export function docPages() {
  return GROUPS.flatMap(({ pages }) =>
    pages.flatMap((name) =>
      LANGUAGES.flatMap((language) => {
        const file = docFile(name, language);
        if (!existsSync(file)) return [];
        const [, title, body] = /^# (.*)\n([\s\S]*)$/.exec(readFileSync(file, 'utf8'));
        return {
          path: `docs/${name}`,
          language,
          title: title.replaceAll('`', ''),
          markdown: withColumns(inSite(body, language)),
        };
      }),
    ),
  );
}
