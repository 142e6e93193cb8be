// The site: Starlight over the pages that content/ makes. Nothing is asked for elsewhere, neither while it is built nor by a page.
import { defineConfig, passthroughImageService } from 'astro/config';
import starlight from '@astrojs/starlight';
import { sidebar } from './content/pages.mjs';
import { BASE } from './content/place.mjs';

export default defineConfig({
  base: BASE,
  trailingSlash: 'always',
  image: { service: passthroughImageService() },
  devToolbar: { enabled: false },
  integrations: [
    starlight({
      title: 'Unrolled',
      defaultLocale: 'root',
      locales: { root: { label: 'English', lang: 'en' }, zh: { label: '简体中文', lang: 'zh-CN' } },
      customCss: ['./src/generated/lesson.css', './src/site.css'],
      sidebar: sidebar(),
      tableOfContents: { minHeadingLevel: 2, maxHeadingLevel: 3 },
      expressiveCode: { defaultProps: { wrap: true, preserveIndent: true } },
      head: [{ tag: 'script', attrs: { type: 'module', src: `${BASE}site.js` } }],
      credits: false,
    }),
  ],
});
