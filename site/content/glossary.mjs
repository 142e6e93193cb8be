// The terms of the field in both languages, with what they mean and where they are taught.
import { LESSONS } from './lessons.mjs';
import { address, LANGUAGES } from './place.mjs';
import { TERMS } from './terms.mjs';
import { WORDS } from './words.mjs';
import { slug } from './headings.mjs';

const KNOWN = new Map(LESSONS.map(({ experiment, path }) => [experiment.name, { path, title: experiment.text.title }]));

export function glossaryPages() {
  return LANGUAGES.map((language) => {
    const other = language === 'en' ? 'zh' : 'en';
    const order = new Intl.Collator(language === 'en' ? 'en' : 'zh-Hans-CN-u-co-pinyin');
    const terms = [...TERMS].sort((a, b) => order.compare(a.term[language], b.term[language]));
    const entries = terms.map(({ term, means, lesson }) => {
      const known = KNOWN.get(lesson);
      const where =
        known === undefined ? '' : ` <a href="${address(known.path, language)}">${known.title[language]}</a>`;
      const lang = other === 'en' ? 'en' : 'zh-CN';
      return `<dt id="${slug(term.en)}">${term[language]} <span lang="${lang}">${term[other]}</span></dt><dd>${means[language]}${where}</dd>`;
    });
    return {
      path: 'glossary',
      language,
      title: WORDS.glossary[language],
      description: WORDS.homeGlossary[language],
      html: `<dl class="glossary">${entries.join('\n')}</dl>`,
      headings: [],
    };
  });
}
