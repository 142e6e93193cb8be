import { describe, expect, it } from 'vitest';
import { markdownHtml } from './markdown.js';

describe('markdownHtml', () => {
  it('keeps HTML as text, escaped once', () => {
    expect(markdownHtml('`<unk>` & <b>a < b</b>').trim()).toBe(
      '<p><code>&lt;unk&gt;</code> &amp; &lt;b&gt;a &lt; b&lt;/b&gt;</p>',
    );
    expect(markdownHtml('<script>alert(1)</script>\n\n<!-- x -->')).not.toMatch(/<script|<!--/);
  });

  it('leaves the stars and underscores of a formula alone', () => {
    const html = markdownHtml('*so* $a_1 * b_2 * c$');
    expect(html).toContain('<em>so</em>');
    expect(html.match(/<em>/g)).toHaveLength(1);
    expect(html).toContain('<msub>');
  });
});
