// The exact texts that signatures are made over. One character more or less and nothing verifies.
import { headerValue, plainHost, type SignedRequest } from './request.ts';
import type { ParsedSignature } from './parse.ts';

/**
 * The texts that a received signature may have been made over; it is valid if it fits one of them. Usually one; more where peers differ:
 * GET signed without its query (older software), and the address as https or http when we do not know how we were called.
 */
export function signatureBases(request: SignedRequest, signature: ParsedSignature): string[] {
  if (signature.scheme === 'cavage') {
    const bases = [cavageBase(request, signature, request.path)];
    const query = request.path.indexOf('?');
    if (query >= 0 && request.method === 'GET')
      bases.push(cavageBase(request, signature, request.path.slice(0, query)));
    return bases;
  }
  const protocols = request.protocol === undefined ? (['https', 'http'] as const) : [request.protocol];
  return [...new Set(protocols.map((protocol) => rfc9421Base(request, signature, protocol)))];
}

function cavageBase(request: SignedRequest, signature: ParsedSignature, path: string): string {
  const values: Record<string, string | number | null> = {
    '(request-target)': `${request.method.toLowerCase()} ${path}`,
    '(created)': signature.created,
    '(expires)': signature.expires,
  };
  return signature.covered
    .map((name) => `${name}: ${name.startsWith('(') ? values[name] : headerValue(request.headers, name)}`)
    .join('\n');
}

function rfc9421Base(request: SignedRequest, signature: ParsedSignature, protocol: 'https' | 'http'): string {
  const authority = plainHost(headerValue(request.headers, 'host') ?? '', protocol);
  const [path = '', ...query] = request.path.split('?');
  const derived: Record<string, string> = {
    '@method': request.method,
    '@target-uri': `${protocol}://${authority}${request.path}`,
    '@authority': authority,
    '@scheme': protocol,
    '@request-target': request.path,
    '@path': path,
    '@query': `?${query.join('?')}`,
  };
  const lines = signature.covered.map(
    (name) => `"${name}": ${name.startsWith('@') ? derived[name] : headerValue(request.headers, name)}`,
  );
  return [...lines, `"@signature-params": ${signature.parameters}`].join('\n');
}
