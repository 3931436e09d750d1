// The mail port: plain-text letters with an HTML twin.

export interface Letter {
  to: string;
  subject: string;
  /** Plain text; every letter has it. */
  text: string;
  html?: string;
  /** Further headers, by name. */
  headers?: Record<string, string>;
}

export interface Mail {
  /** Resolves when the letter was handed over. @throws when it could not be: the caller's job tries again */
  send(letter: Letter): Promise<void>;
  /** True when letters reach people; false when they only reach the log. */
  delivers: boolean;
  close(): Promise<void>;
}
