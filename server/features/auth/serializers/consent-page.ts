// The pages of signing in to an app: may it?, here is its code, something is wrong. Plain HTML that needs no script.
import type { Language } from '#server/platform/http/language.ts';
import { escapeHtml } from '#server/platform/text.ts';
import type { AuthorizationParameters } from '../service/authorize.ts';
import { consentWords, type ConsentWords } from './consent-words.ts';
import { describeScopes } from './scope-words.ts';

/** Where the pages' style sheet is served. */
export const stylePath = '/oauth/style.css';

/** Where a page stands, and in which language. */
export interface PageFacts {
  /** The community's name. */
  community: string;
  language: Language;
}

function shell({ community, language }: PageFacts, title: string, body: string): string {
  return `<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex">
<title>${escapeHtml(title)} · ${escapeHtml(community)}</title>
<link rel="stylesheet" href="${stylePath}">
</head>
<body>
<header><a href="/">${escapeHtml(community)}</a></header>
<main>
${body}
</main>
</body>
</html>
`;
}

export interface Consent extends PageFacts {
  app: { name: string; website: string | null };
  person: { handle: string; name: string; avatar: string };
  scopes: readonly string[];
  /** Where the answer goes. */
  redirectUri: string;
  /** What the form sends along. */
  parameters: AuthorizationParameters & { lang?: string };
  csrfToken: string;
  /** Signs somebody else in and comes back. */
  switchAddress: string;
}

const strong = (text: string): string => `<strong>${escapeHtml(text)}</strong>`;

/** Asks the person whether the app may do what it wants to. */
export function consentPage(consent: Consent): string {
  const { app, person, language } = consent;
  const words = consentWords[language];
  const website = app.website === null ? '' : `<p class="quiet">${escapeHtml(new URL(app.website).host)}</p>`;
  const wishes = describeScopes(consent.scopes, language).map(
    (wish) => `<li${wish.grave ? ' class="grave"' : ''}>${escapeHtml(wish.text)}</li>`,
  );
  return shell(
    consent,
    words.allowTitle(app.name),
    `<h1>${words.allowHeading(strong(app.name))}</h1>
${website}
<div class="person"><img src="${escapeHtml(person.avatar)}" alt="" width="48" height="48"><div>${strong(person.name)}<br><span class="quiet">${escapeHtml(person.handle)}</span></div></div>
<p>${words.itWill}</p>
<ul>
${wishes.join('\n')}
</ul>
<p class="quiet">${escapeHtml(whereTo(consent.redirectUri, words))} ${words.takenBack}</p>
<form method="post" action="/oauth/authorize">
${hiddenFields({ ...consent.parameters, csrf: consent.csrfToken })}
<button type="submit" name="decision" value="allow" class="main">${words.allow}</button>
<button type="submit" name="decision" value="deny">${words.deny}</button>
</form>
<p class="quiet"><a href="${escapeHtml(consent.switchAddress)}">${words.another}</a></p>`,
  );
}

/** Shows the code to a person whose app cannot be redirected to. */
export function codePage(facts: PageFacts, appName: string, code: string): string {
  const words = consentWords[facts.language];
  return shell(
    facts,
    words.codeTitle,
    `<h1>${words.codeHeading}</h1>
<p>${words.copyCode(strong(appName))}</p>
<label for="code" class="quiet">${words.code}</label>
<input id="code" class="code" readonly value="${escapeHtml(code)}">`,
  );
}

export type ConsentFault = 'unknownApp' | 'wrongAddress' | 'wrongScope' | 'wrongRequest' | 'denied';

/** Says that the app's request cannot be answered. Nobody is sent anywhere from here. */
export function faultPage(facts: PageFacts, fault: ConsentFault): string {
  const words = consentWords[facts.language];
  return shell(
    facts,
    words.faultTitle,
    `<h1>${words.faultTitle}</h1>\n<p>${words[fault]}</p>\n<p><a href="/">${words.toStart}</a></p>`,
  );
}

function hiddenFields(values: Record<string, string | undefined>): string {
  return Object.entries(values)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `<input type="hidden" name="${escapeHtml(name)}" value="${escapeHtml(value ?? '')}">`)
    .join('\n');
}

function whereTo(redirectUri: string, words: ConsentWords): string {
  if (redirectUri.startsWith('urn:')) return words.showsCode;
  const { protocol, host } = new URL(redirectUri);
  return /^https?:$/.test(protocol) ? words.sendsTo(host) : words.sendsBack;
}
