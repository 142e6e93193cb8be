// All pages are made by content/: HTML as the reports write it, or Markdown for Astro to render.
import { defineCollection } from 'astro:content';
import { i18nLoader } from '@astrojs/starlight/loaders';
import { docsSchema, i18nSchema } from '@astrojs/starlight/schema';
import { allPages } from '../content/pages.mjs';
import { idOf } from '../content/place.mjs';

/** Tables scroll where they are wide; a row of headings without a word is none; short names do not break. */
function mended({ html, metadata }) {
  const tables = html
    .replace(/<thead>(?:(?!<\/thead>)[\s\S])*<\/thead>/g, (head) =>
      /<th[^>]*>[^<]|<th[^>]*><[^/]/.test(head) ? head : '',
    )
    .replaceAll(/<th([^>]*)><\/th>/g, '<td$1></td>')
    .replaceAll('<table>', '<table tabindex="0">')
    .replaceAll(/<code[^>]*>(?=[^<\s]{2,28}<\/code>)/g, '<code class="whole" dir="auto">')
    .replaceAll(/<(t[dh])>(?=[^<]{1,8}<\/t[dh]>)/g, '<$1 class="whole">');
  return { html: tables, metadata };
}

export const collections = {
  i18n: defineCollection({ loader: i18nLoader(), schema: i18nSchema() }),
  docs: defineCollection({
    loader: {
      name: 'unrolled',
      async load({ store, parseData, renderMarkdown }) {
        const entries = await Promise.all(
          allPages().map(async ({ path, language, title, description, html, headings, markdown, data }) => {
            const id = idOf(path, language) || 'index';
            return {
              id,
              data: await parseData({ id, data: { title, description, ...data } }),
              rendered:
                markdown === undefined ? { html, metadata: { headings } } : mended(await renderMarkdown(markdown)),
            };
          }),
        );
        // All at once, when what Astro itself stores is on the disk: it writes on a timer, and what is set while it writes is lost.
        await new Promise((resolve) => setTimeout(resolve, 1500));
        store.clear();
        for (const entry of entries) store.set(entry);
      },
    },
    schema: docsSchema(),
  }),
};
