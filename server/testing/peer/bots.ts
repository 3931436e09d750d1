// Who lives on the independent server of the tests. Its software loads this file in its own process and calls these
// methods; what they ask of it (`_context`) is its documented way of making bots.

interface Thing {
  id: string;
  attributedTo?: { first: Thing };
}

interface Context {
  botId: string;
  getObject(id: string): Promise<Thing>;
  followActor(actor: Thing): Promise<unknown>;
  sendReply(content: string, object: Thing): Promise<unknown>;
  sendNote(content: string, audience: { to: string[] }): Promise<unknown>;
  likeObject(object: Thing): Promise<unknown>;
  getData(key: string): Promise<unknown>;
  setData(key: string, value: unknown): Promise<void>;
}

/** A bot that does nothing but what its server does for every account: it accepts followers. */
class Resident {
  readonly username: string;
  readonly icon = null;
  readonly image = null;
  readonly checkSignature = true;
  readonly type = 'Service';
  _context: Context | null = null;

  constructor(username: string) {
    this.username = username;
  }

  get fullname(): string {
    return `The ${this.username}`;
  }

  get description(): string {
    return 'Lives on the server next door';
  }

  get context(): Context {
    if (this._context === null) throw new Error('the server has not introduced itself yet');
    return this._context;
  }

  async initialize(context: Context): Promise<void> {
    this._context = context;
  }

  async onMention(_object: Thing): Promise<void> {}
  async onFollow(_actor: Thing): Promise<void> {}
  async onLike(): Promise<void> {}
  async onAnnounce(): Promise<void> {}
  async onPublic(): Promise<void> {}
  async onUndoFollow(): Promise<void> {}

  async actorOK(): Promise<boolean> {
    return false;
  }

  async handleActivity(): Promise<boolean> {
    return false;
  }
}

/** Follows whoever speaks to it, likes what they said, and answers. */
class Friend extends Resident {
  override async onMention(object: Thing): Promise<void> {
    const author = object.attributedTo?.first;
    if (author === undefined) return;
    await this.context.followActor(await this.context.getObject(author.id));
    await this.context.likeObject(object);
    await this.context.sendReply('Good to hear from you! #Neighbours', object);
  }
}

/** Greets everybody who follows it. */
class Host extends Resident {
  override async onFollow(actor: Thing): Promise<void> {
    await this.context.sendNote('Welcome to my nest', { to: [actor.id] });
  }
}

/** Counts how often it was told of each post. */
class Tally extends Resident {
  override async onMention(object: Thing): Promise<void> {
    const key = `told:${object.id}`;
    const before = await this.context.getData(key).catch(() => 0);
    await this.context.setData(key, Number(before ?? 0) + 1);
  }
}

export default { wren: new Friend('wren'), robin: new Host('robin'), tally: new Tally('tally') };
