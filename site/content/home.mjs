// The front page: what there is, as cards; and what stands where there is no page.
import { withAnchors } from './headings.mjs';
import { address, BASE, LANGUAGES } from './place.mjs';
import { WORDS } from './words.mjs';

export function homePages() {
  return LANGUAGES.map((language) => {
    const t = (key) => WORDS[key][language];
    const cards = [
      [address('lessons', language), t('course'), t('homeCourse')],
      [`${BASE}studio/#language=${language}`, t('studio'), t('homeStudio')],
      [address('docs/cells', language), t('docs'), t('homeDocs')],
      [address('api/unrolled/functions', language), t('reference'), t('homeReference')],
      [address('glossary', language), t('glossary'), t('homeGlossary')],
    ];
    const list = cards.map(
      ([href, title, text]) => `<li class="card"><a href="${href}">${title}</a><p>${text}</p></li>`,
    );
    return {
      path: '',
      language,
      title: t('home'),
      description: t('homeIdea'),
      ...withAnchors(
        `<div class="not-content"><p>${t('homeIdea')}</p>\n<ul class="cards">${list.join('\n')}</ul></div>`,
      ),
      data: { tableOfContents: false },
    };
  });
}

/** One for both languages: whoever serves the site has one such file. */
export function notFoundPage() {
  const ways = LANGUAGES.map(
    (language) =>
      `${WORDS.notFound[language]} [${WORDS.course[language]}](${address('lessons', language)}), [${WORDS.docs[language]}](${address('docs/cells', language)})`,
  );
  return {
    path: '404',
    language: 'en',
    title: '404',
    markdown: ways.join('\n\n'),
    data: { tableOfContents: false, pagefind: false },
  };
}
