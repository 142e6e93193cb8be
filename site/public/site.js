// What pages do with scripts: live figures are loaded when they come near, only what scrolls is a stop of the Tab key, paper is light.
function level() {
  for (const one of document.querySelectorAll('main :is([tabindex="0"], [data-stop], pre, .lesson figure)')) {
    if (!one.matches('.scroll, pre, table, math, figure')) continue;
    one.toggleAttribute('data-stop', true);
    if (one.scrollWidth > one.clientWidth) one.setAttribute('tabindex', '0');
    else one.removeAttribute('tabindex');
  }
}
level();
addEventListener('resize', level);

const { dataset } = document.documentElement;
let onScreen = dataset.theme;
addEventListener('beforeprint', () => {
  onScreen = dataset.theme;
  dataset.theme = 'light';
});
addEventListener('afterprint', () => {
  dataset.theme = onScreen;
});

const base = new URL('.', import.meta.url);
const near = new IntersectionObserver(
  (entries) => {
    for (const { isIntersecting, target } of entries) {
      if (!isIntersecting) continue;
      near.unobserve(target);
      const language = document.documentElement.lang.startsWith('zh') ? 'zh' : 'en';
      import(new URL(`live/${target.dataset.live}.js`, base).href)
        .then(({ mount }) => mount(target, { language, kernels: new URL('studio/kernels/', base).href }))
        .catch((error) => {
          target.hidden = true;
          throw error;
        });
    }
  },
  { rootMargin: '400px' },
);
for (const figure of document.querySelectorAll('[data-live]')) {
  figure.hidden = false;
  near.observe(figure);
}
