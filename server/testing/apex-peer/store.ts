// The memory of the peer that runs activitypub-express. That library leaves the choice of a store to whoever runs it (its
// `store/interface.js`); the one it comes with needs a MongoDB, and this one needs nothing.
import { randomBytes } from 'node:crypto';

type Thing = Record<string, unknown> & { id: string };
type Kept = Thing & { _meta?: Record<string, unknown[]>; _key: number };

interface Delivery {
  address: string;
  actorId: string;
  signingKey: string;
  body: string;
  attempt: number;
  after: Date;
}

const idOf = (value: unknown): unknown => (typeof value === 'object' && value !== null ? (value as Thing).id : value);
const holds = (list: unknown, id: unknown): boolean => [list].flat().some((one) => idOf(one) === id);

export class MemoryStore {
  readonly #objects = new Map<string, Kept>();
  readonly #streams = new Map<string, Kept>();
  readonly #contexts = new Map<string, object>();
  #deliveries: Delivery[] = [];
  #count = 0;

  async setup(): Promise<void> {}

  generateId(): string {
    return randomBytes(12).toString('hex');
  }

  async getObject(id: string, withMeta?: boolean): Promise<Thing | null> {
    return this.#shown(this.#objects.get(id), withMeta);
  }

  async saveObject(object: Thing): Promise<boolean> {
    if (this.#objects.has(object.id)) return false;
    this.#objects.set(object.id, this.#kept(object));
    return true;
  }

  async updateObject(object: Thing, _actorId: string, isWhole?: boolean): Promise<Thing | undefined> {
    const known = this.#objects.get(object.id);
    if (known === undefined) return undefined;
    const updated = isWhole === true ? this.#kept(object) : merged(known, object);
    this.#objects.set(object.id, updated);
    const copy = this.#shown(updated) ?? object;
    for (const activity of this.#streams.values())
      if (Array.isArray(activity['object']))
        activity['object'] = activity['object'].map((one) =>
          typeof one === 'object' && idOf(one) === object.id ? copy : one,
        );
    return copy;
  }

  async getActivity(id: string, withMeta?: boolean): Promise<Thing | null> {
    return this.#shown(this.#streams.get(id), withMeta);
  }

  async findActivityByCollectionAndObjectId(collection: string, id: string, withMeta?: boolean): Promise<Thing | null> {
    return this.#shown(
      this.#in(collection).find((activity) => holds(activity['object'], id)),
      withMeta,
    );
  }

  async findActivityByCollectionAndActorId(collection: string, id: string, withMeta?: boolean): Promise<Thing | null> {
    return this.#shown(
      this.#in(collection).find((activity) => holds(activity['actor'], id)),
      withMeta,
    );
  }

  async getStream(collection: string, limit: number | null, after: string | null, blocked: string[] = []) {
    return this.#in(collection)
      .filter(({ _key }) => after === null || _key < Number(after))
      .filter((activity) => !blocked.some((id) => holds(activity['actor'], id)))
      .toSorted((one, other) => other._key - one._key)
      .slice(0, limit ?? undefined)
      .map((activity) => ({ ...this.#shown(activity), _id: activity._key, actor: this.#actors(activity) }))
      .filter(({ actor }) => actor.length > 0);
  }

  async getStreamCount(collection: string): Promise<number> {
    return this.#in(collection).length;
  }

  async getUserCount(): Promise<number> {
    return this.#objects.size;
  }

  async saveActivity(activity: Thing): Promise<boolean | undefined> {
    if (this.#streams.has(activity.id)) return undefined;
    this.#streams.set(activity.id, this.#kept(activity));
    return true;
  }

  async removeActivity(activity: Thing, actorId: string): Promise<void> {
    if (holds(this.#streams.get(activity.id)?.['actor'], actorId)) this.#streams.delete(activity.id);
  }

  async updateActivity(activity: Thing, isWhole?: boolean): Promise<Thing> {
    const known = this.#streams.get(activity.id);
    if (known === undefined) return activity;
    this.#streams.set(activity.id, isWhole === true ? this.#kept(activity) : merged(known, activity));
    return this.#shown(this.#streams.get(activity.id), true) ?? activity;
  }

  async updateActivityMeta(activity: Thing, key: string, value: unknown, isTaken?: boolean): Promise<Thing> {
    const known = this.#streams.get(activity.id);
    if (known === undefined) throw new Error('Error updating activity meta: not found');
    const meta = (known._meta ??= {});
    const others = (meta[key] ?? []).filter((one) => one !== value);
    meta[key] = isTaken === true ? others : [...others, value];
    return this.#shown(known, true) ?? activity;
  }

  async getContext(documentUrl: string): Promise<object | null> {
    return this.#contexts.get(documentUrl) ?? null;
  }

  async saveContext(context: { documentUrl: string; document: unknown }): Promise<void> {
    this.#contexts.set(context.documentUrl, context);
  }

  async deliveryEnqueue(actorId: string, body: string, to: string | string[], signingKey: string): Promise<boolean> {
    const now = new Date();
    const addresses = [to ?? []].flat();
    this.#deliveries.push(
      ...addresses.map((address) => ({ address, actorId, signingKey, body, attempt: 0, after: now })),
    );
    return true;
  }

  async deliveryDequeue(): Promise<Delivery | { waitUntil: Date } | null> {
    const [next, ...others] = this.#deliveries.toSorted((one, other) => one.after.getTime() - other.after.getTime());
    if (next === undefined) return null;
    if (next.after.getTime() > Date.now()) return { waitUntil: next.after };
    this.#deliveries = others;
    return next;
  }

  async deliveryRequeue(delivery: Delivery): Promise<boolean> {
    const after = new Date(delivery.after.getTime() + 10 ** delivery.attempt);
    this.#deliveries.push({ ...delivery, attempt: delivery.attempt + 1, after });
    return true;
  }

  #kept(thing: Thing): Kept {
    this.#count += 1;
    return { ...structuredClone(thing), _key: this.#count };
  }

  #shown(kept: Kept | undefined, withMeta?: boolean): Thing | null {
    if (kept === undefined) return null;
    const { _key, _meta, ...shown } = structuredClone(kept);
    return withMeta === true && _meta !== undefined ? { ...shown, _meta } : shown;
  }

  #in(collection: string): Kept[] {
    return [...this.#streams.values()].filter(({ _meta }) => _meta?.['collection']?.includes(collection));
  }

  #actors(activity: Kept): Thing[] {
    return [activity['actor']].flat().flatMap((actor) => this.#shown(this.#objects.get(String(idOf(actor)))) ?? []);
  }
}

/** With null a property goes. */
function merged(known: Kept, changes: Thing): Kept {
  const whole = { ...known, ...structuredClone(changes), _key: known._key };
  return Object.fromEntries(Object.entries(whole).filter(([, value]) => value !== null)) as Kept;
}
