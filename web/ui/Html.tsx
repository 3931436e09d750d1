// Shows the HTML of posts and profiles. It is built anew from a short list of elements instead of being pasted in,
// so nothing outside that list can appear even if the server let it through.
import { h, type ComponentChild } from 'preact';
import { useMemo } from 'preact/hooks';
import { pathInApp, type LinkContext } from '#web/lib/links.ts';
import type { CustomEmoji } from '#web/lib/wire/emoji.ts';
import styles from './Html.module.css';

const ELEMENTS = new Set(
  'p br span a del s pre code em strong b i u ul ol li blockquote ruby rt rp sub sup h1 h2 h3 h4 h5 h6'.split(' '),
);
const CLASSES = new Set(['mention', 'hashtag', 'ellipsis', 'invisible']);

interface Reading extends LinkContext {
  emojis: readonly CustomEmoji[];
}

function withEmojis(text: string, emojis: readonly CustomEmoji[]): ComponentChild[] {
  if (!emojis.length || !text.includes(':')) return [text];
  return text.split(/(:\w+:)/).map((part, index) => {
    const emoji = emojis.find(({ shortcode }) => part === `:${shortcode}:`);
    return emoji ? (
      <img key={index} class="emoji" src={emoji.url} alt={part} title={part} loading="lazy" draggable={false} />
    ) : (
      part
    );
  });
}

function linkAttributes(element: Element, reading: Reading): Record<string, string> {
  const href = element.getAttribute('href') ?? '';
  const path = pathInApp({ href, text: element.textContent, classes: element.className }, reading);
  if (path) return { href: path };
  if (!/^(?:https?|mailto|gemini|xmpp|matrix|magnet):/i.test(href)) return {};
  return { href, target: '_blank', rel: 'noopener noreferrer nofollow', title: href };
}

function build(node: Node, reading: Reading): ComponentChild {
  if (node.nodeType === Node.TEXT_NODE) return withEmojis(node.textContent ?? '', reading.emojis);
  if (!(node instanceof Element)) return null;
  const children = Array.from(node.childNodes, (child) => build(child, reading));
  const name = node.localName;
  if (!ELEMENTS.has(name)) return children;
  // A post is no part of the page's outline.
  if (/^h\d$/.test(name)) return h('p', { class: styles.heading }, children);
  const names = Array.from(node.classList, (one) => (CLASSES.has(one) ? styles[one] : undefined)).filter(Boolean);
  const attributes: Record<string, string> = name === 'a' ? linkAttributes(node, reading) : {};
  if (names.length) attributes['class'] = names.join(' ');
  return h(name, attributes, children.length ? children : undefined);
}

interface Props extends Partial<Pick<Reading, 'emojis' | 'mentions' | 'tags'>> {
  html: string;
  lang?: string | null;
  id?: string;
  class?: string;
}

const NONE: readonly never[] = [];

/** HTML of the server in a box of its own; links stay in the app where it has a page for them. */
export function Html({ html, emojis = NONE, mentions = NONE, tags = NONE, lang, id, class: extra = '' }: Props) {
  const content = useMemo(() => {
    const { body } = new DOMParser().parseFromString(html, 'text/html');
    const reading: Reading = { emojis, mentions, tags, origin: location.origin };
    return Array.from(body.childNodes, (node) => build(node, reading));
  }, [html, emojis, mentions, tags]);
  return (
    <div id={id} class={`${styles.html} ${extra}`} lang={lang ?? undefined} dir="auto">
      {content}
    </div>
  );
}

/** A plain text, such as a name, with its custom emoji as pictures. */
export function EmojiText({ text, emojis }: { text: string; emojis: readonly CustomEmoji[] }) {
  return <>{withEmojis(text, emojis)}</>;
}
