// What the OAuth doors refuse with: a code that programs know, and a text for people.
import { Failure } from '#server/platform/errors.ts';

export type OauthCode =
  | 'invalid_request'
  | 'invalid_client'
  | 'invalid_grant'
  | 'invalid_scope'
  | 'unauthorized_client'
  | 'unsupported_grant_type'
  | 'unsupported_response_type'
  | 'access_denied'
  | 'invalid_client_metadata'
  | 'invalid_redirect_uri';

const statuses: Partial<Record<OauthCode, number>> = { invalid_client: 401, unauthorized_client: 403 };

/** @see https://www.rfc-editor.org/rfc/rfc6749#section-5.2 */
export class OauthFault extends Failure {
  readonly code: OauthCode;

  constructor(code: OauthCode, message: string) {
    super(statuses[code] ?? 400, message);
    this.code = code;
  }
}
