// The failures that code may throw on purpose. The message is text that a user may read;
// server/app.ts turns each one into its wire form once.

/** What the makers of a failure may add: the error that lies beneath, for the log only. */
export interface FailureOptions {
  cause?: unknown;
}

/** Machine-readable reasons per field, in the shape that clients expect: `{ username: [{ error: 'ERR_TAKEN', description }] }`. */
export type FieldErrors = Record<string, FieldError[]>;

export interface FieldError {
  error: `ERR_${string}`;
  description: string;
}

/** A refusal or absence that is nobody's bug. `status` is the HTTP status it becomes at the door. */
export class Failure extends Error {
  readonly status: number;

  constructor(status: number, message: string, options: FailureOptions = {}) {
    super(message, 'cause' in options ? { cause: options.cause } : undefined);
    this.status = status;
    this.name = new.target.name;
  }
}

/** 401: no credentials, or credentials that are wrong, expired or revoked. */
export class Unauthorized extends Failure {
  constructor(message = 'Please sign in first.', options?: FailureOptions) {
    super(401, message, options);
  }
}

/** 403: we know who asks, and they may not. */
export class Forbidden extends Failure {
  constructor(message = 'You may not do this.', options?: FailureOptions) {
    super(403, message, options);
  }
}

/** 404: it does not exist, or the one who asks may not know that it does. */
export class NotFound extends Failure {
  constructor(message = 'This was not found.', options?: FailureOptions) {
    super(404, message, options);
  }
}

/** 409: the request was right a moment ago, but the present state rules it out. */
export class Conflict extends Failure {
  constructor(message: string, options?: FailureOptions) {
    super(409, message, options);
  }
}

/** 410: it existed and is deleted for good. */
export class Gone extends Failure {
  constructor(message = 'This has been deleted.', options?: FailureOptions) {
    super(410, message, options);
  }
}

/** 422: the input cannot be accepted; `details` says why, field by field. */
export class Invalid extends Failure {
  readonly details: FieldErrors | undefined;

  constructor(message: string, options: FailureOptions & { details?: FieldErrors } = {}) {
    super(422, message, options);
    this.details = options.details;
  }
}

/** What may be done how often, and when the count begins anew. */
export interface Budget {
  limit: number;
  resetAt: Date;
}

/** 429: too often. `retryAfter` is in whole seconds, when it is known; `budget` is the one that is spent. */
export class TooMany extends Failure {
  readonly retryAfter: number | undefined;
  readonly budget: Budget | undefined;

  constructor(
    message = 'Too many attempts. Please wait a little.',
    options: FailureOptions & { retryAfter?: number; budget?: Budget } = {},
  ) {
    super(429, message, options);
    this.retryAfter = options.retryAfter;
    this.budget = options.budget;
  }
}

/** 507: there is no room for what was sent; nothing of it is kept. */
export class OutOfSpace extends Failure {
  constructor(options?: FailureOptions) {
    super(
      507,
      'This server has no room left for files, so nothing was saved. Please tell its administrators, and try again later.',
      options,
    );
  }
}
