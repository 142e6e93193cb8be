// Anchors for the headings of a page that is HTML already, and the list of them for its table of contents.

/** @returns the HTML with an id on each h2 and h3, and what Starlight wants to know of them */
export function withAnchors(html) {
  const headings = [];
  const used = new Set();
  const anchored = html.replace(/<h([23])>([\s\S]*?)<\/h\1>/g, (_, depth, inner) => {
    const text = plain(inner);
    const base = slug(text);
    let id = base;
    for (let n = 1; used.has(id); n++) id = `${base}-${n}`;
    used.add(id);
    headings.push({ depth: Number(depth), slug: id, text });
    return `<h${depth} id="${id}">${inner}</h${depth}>`;
  });
  return { html: anchored, headings };
}

/** Text of HTML. */
export function plain(html) {
  const entities = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" };
  return html
    .replace(/<annotation[\s\S]*?<\/annotation>/g, '')
    .replace(/<[^>]*>/g, '')
    .replace(/&(amp|lt|gt|quot|#39);/g, (_, name) => entities[name])
    .trim();
}

/** An anchor: letters and digits of any script, and dashes. */
export function slug(text) {
  return (
    text
      .toLowerCase()
      .replace(/[^\p{L}\p{N}]+/gu, '-')
      .replace(/^-|-$/g, '') || 'part'
  );
}
