// One WebSocket for everything that moves. It carries the subscriptions of all pages, and comes back by itself.
import { effect, signal } from '@preact/signals';
import { token } from './api.ts';
import { instance } from './instance.ts';

export interface LiveEvent {
  event: string;
  /** JSON of the entity, or the bare id of what was deleted. */
  payload: string;
}

interface Subscription {
  stream: string;
  /** The hashtag, or the id of the list. */
  tag?: string;
  listeners: Set<(event: LiveEvent) => void>;
}

const FIRST_WAIT_MS = 1000;
const LONGEST_WAIT_MS = 30_000;

const subscriptions = new Map<string, Subscription>();
const returnListeners = new Set<() => void>();
let socket: WebSocket | null = null;
let attempts = 0;
let timer: ReturnType<typeof setTimeout> | undefined;

/** Whether news arrives by itself just now. False also before the first connection. */
export const isLive = signal(false);

const keyOf = (stream: string, tag?: string): string => (tag === undefined ? stream : `${stream} ${tag}`);

function sendAbout(type: 'subscribe' | 'unsubscribe', { stream, tag }: Subscription): void {
  if (socket?.readyState !== WebSocket.OPEN) return;
  const parameter = tag ? { [stream === 'list' ? 'list' : 'tag']: tag } : {};
  // News of reactions come to those only who say that they understand them.
  const supported = stream === 'user' ? { supported_types: ['pleroma:emoji_reaction'] } : {};
  socket.send(JSON.stringify({ type, stream, ...parameter, ...supported }));
}

function dispatch(text: string): void {
  const message: { stream?: string[]; event?: string; payload?: string } = JSON.parse(text);
  const [stream = '', tag] = message.stream ?? [];
  const subscription = subscriptions.get(keyOf(stream, tag));
  if (!subscription || !message.event) return;
  for (const listener of subscription.listeners) listener({ event: message.event, payload: message.payload ?? '' });
}

function connectLater(): void {
  clearTimeout(timer);
  const wait = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** attempts++);
  // Spread out, or all pages come back in the same instant after a restart of the server.
  timer = setTimeout(connect, wait * (0.7 + Math.random() * 0.6));
}

function connect(): void {
  const base = instance.peek()?.configuration.urls.streaming;
  const bearer = token.peek();
  if (socket || !base || !bearer || !subscriptions.size) return;
  clearTimeout(timer);
  const opened = new WebSocket(`${base.replace(/\/+$/, '')}/api/v1/streaming`, bearer);
  socket = opened;
  opened.onopen = () => {
    const isReturn = attempts > 0;
    attempts = 0;
    isLive.value = true;
    for (const subscription of subscriptions.values()) sendAbout('subscribe', subscription);
    if (isReturn) for (const listener of returnListeners) listener();
  };
  opened.onmessage = (message) => dispatch(String(message.data));
  opened.onclose = () => {
    if (socket !== opened) return;
    socket = null;
    isLive.value = false;
    connectLater();
  };
}

function close(): void {
  clearTimeout(timer);
  const old = socket;
  socket = null;
  attempts = 0;
  isLive.value = false;
  old?.close();
}

/**
 * Listens to a stream (`user`, `public:local`, `hashtag` with its tag, `list` with its id …). The returned function ends it;
 * the server is told when the last listener of a stream leaves.
 */
export function listen(stream: string, listener: (event: LiveEvent) => void, tag?: string): () => void {
  const key = keyOf(stream, tag);
  let subscription = subscriptions.get(key);
  if (!subscription) {
    subscription = { stream, tag, listeners: new Set() };
    subscriptions.set(key, subscription);
    sendAbout('subscribe', subscription);
    connect();
  }
  const { listeners } = subscription;
  const joined = subscription;
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
    if (listeners.size || subscriptions.get(key) !== joined) return;
    subscriptions.delete(key);
    sendAbout('unsubscribe', joined);
  };
}

/** Calls the listener whenever the connection is back after a break, to fetch what was missed. */
export function onReturn(listener: () => void): () => void {
  returnListeners.add(listener);
  return () => returnListeners.delete(listener);
}

/** Keeps the connection in step with who is signed in and with the network. Call once. */
export function keepSocket(): void {
  effect(() => {
    const isPossible = token.value !== null && instance.value?.configuration.urls.streaming !== undefined;
    if (isPossible) connect();
    else close();
  });
  const hurry = () => {
    if (!socket && document.visibilityState === 'visible') connect();
  };
  addEventListener('online', hurry);
  document.addEventListener('visibilitychange', hurry);
}
