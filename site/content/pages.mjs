// All pages of the site, and what stands at its side.
import { docPages, GROUPS } from './docs.mjs';
import { glossaryPages } from './glossary.mjs';
import { homePages, notFoundPage } from './home.mjs';
import { CHAPTERS, lessonPages, LESSONS } from './lessons.mjs';
import { BASE } from './place.mjs';
import { readReference, referenceGroups, referencePages } from './reference.mjs';
import { WORDS } from './words.mjs';

/** While one works on some pages, `SITE_ONLY=^lessons/gru|^docs` builds those alone. */
const ONLY = new RegExp(process.env.SITE_ONLY ?? '');
const isBuilt = (path) => ['', '404'].includes(path) || ONLY.test(path);

export function allPages() {
  const pages = [
    ...[...homePages(), notFoundPage(), ...lessonPages()],
    ...[...docPages(), ...referencePages(), ...glossaryPages()],
  ];
  return pages.filter(({ path }) => isBuilt(path));
}

const labelled = ({ en, zh }) => ({ label: en, translations: { 'zh-CN': zh } });

/** Groups without what is not built. */
function pruned(items) {
  return items.flatMap((item) => {
    if (item.items === undefined) return item.slug === undefined || isBuilt(item.slug) ? item : [];
    const left = pruned(item.items);
    return left.length === 0 ? [] : { ...item, items: left };
  });
}

/** Starlight's sidebar; its order is that of previous and next. */
export function sidebar() {
  return pruned([
    {
      ...labelled(WORDS.course),
      items: [
        { slug: 'lessons' },
        ...CHAPTERS.flatMap((chapter) => {
          const own = LESSONS.filter((lesson) => lesson.chapter === chapter);
          const items = own.map(({ path }) => ({ slug: path }));
          return items.length === 0 ? [] : [{ ...labelled(chapter.title), collapsed: true, items }];
        }),
      ],
    },
    { ...labelled(WORDS.studio), link: `${BASE}studio/` },
    { slug: 'glossary' },
    {
      ...labelled(WORDS.docs),
      items: GROUPS.map(({ label, pages }) => ({
        ...labelled(label),
        collapsed: true,
        items: pages.map((name) => ({ slug: `docs/${name}` })),
      })),
    },
    {
      ...labelled(WORDS.reference),
      items: referenceGroups(readReference()).map(({ label, pages }) => ({
        label,
        collapsed: true,
        items: pages.map(({ path }) => ({ slug: path })),
      })),
    },
  ]);
}
