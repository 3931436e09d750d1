// The pages of signing in to an app: may it?, here is its code, something is wrong. Plain HTML that needs no script.
import { escapeHtml } from '#server/platform/text.ts';
import type { AuthorizationParameters } from '../service/authorize.ts';
import { describeScopes } from './scope-words.ts';

/** Where the pages' style sheet is served. */
export const stylePath = '/oauth/style.css';

interface Shell {
  title: string;
  /** The community's name. */
  community: string;
  body: string;
}

function shell({ title, community, body }: Shell): string {
  return `<!doctype html>
<html lang="en">
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

export interface Consent {
  community: string;
  app: { name: string; website: string | null };
  person: { handle: string; name: string; avatar: string };
  scopes: readonly string[];
  /** Where the answer goes. */
  redirectUri: string;
  parameters: AuthorizationParameters;
  csrfToken: string;
  /** Signs somebody else in and comes back. */
  switchAddress: string;
}

/** Asks the person whether the app may do what it wants to. */
export function consentPage(consent: Consent): string {
  const { app, person } = consent;
  const website = app.website === null ? '' : `<p class="quiet">${escapeHtml(new URL(app.website).host)}</p>`;
  const wishes = describeScopes(consent.scopes).map(
    (wish) => `<li${wish.grave ? ' class="grave"' : ''}>${escapeHtml(wish.text)}</li>`,
  );
  return shell({
    title: `Allow ${app.name}?`,
    community: consent.community,
    body: `<h1>Allow <strong>${escapeHtml(app.name)}</strong> to use your account?</h1>
${website}
<div class="person"><img src="${escapeHtml(person.avatar)}" alt="" width="48" height="48"><div><strong>${escapeHtml(person.name)}</strong><br><span class="quiet">${escapeHtml(person.handle)}</span></div></div>
<p>It will be able to:</p>
<ul>
${wishes.join('\n')}
</ul>
<p class="quiet">${escapeHtml(whereTo(consent.redirectUri))} Signing out everywhere takes it back.</p>
<form method="post" action="/oauth/authorize">
${hiddenFields({ ...consent.parameters, csrf: consent.csrfToken })}
<button type="submit" name="decision" value="allow" class="main">Allow</button>
<button type="submit" name="decision" value="deny">Deny</button>
</form>
<p class="quiet"><a href="${escapeHtml(consent.switchAddress)}">Use another account</a></p>`,
  });
}

/** Shows the code to a person whose app cannot be redirected to. */
export function codePage(community: string, appName: string, code: string): string {
  return shell({
    title: 'Your code',
    community,
    body: `<h1>Almost done</h1>
<p>Copy this code and paste it in <strong>${escapeHtml(appName)}</strong>. It works once, for ten minutes.</p>
<label for="code" class="quiet">Code</label>
<input id="code" class="code" readonly value="${escapeHtml(code)}">`,
  });
}

/** Says that the app's request cannot be answered. Nobody is sent anywhere from here. */
export function faultPage(community: string, text: string): string {
  return shell({
    title: 'This did not work',
    community,
    body: `<h1>This did not work</h1>\n<p>${escapeHtml(text)}</p>\n<p><a href="/">To the start page</a></p>`,
  });
}

function hiddenFields(values: Record<string, string | undefined>): string {
  return Object.entries(values)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `<input type="hidden" name="${escapeHtml(name)}" value="${escapeHtml(value ?? '')}">`)
    .join('\n');
}

function whereTo(redirectUri: string): string {
  if (redirectUri.startsWith('urn:')) return 'You will be shown a code for it.';
  const { protocol, host } = new URL(redirectUri);
  return /^https?:$/.test(protocol) ? `You will be sent to ${host}.` : 'You will be sent back to the app.';
}
