// One log for the server and its libraries: JSON lines by pino, without secrets and content.
import { configure, type LogRecord } from '@logtape/logtape';
import pino, { type Logger } from 'pino';
import type { Config } from '#config/load.ts';

const secretPaths = ['password', 'token', 'access_token', 'authorization', 'cookie', 'content', 'source', 'email'];
const redact = secretPaths.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]);

/** Opens the log on standard output. `fatal` … `debug`, or `silent`. */
export function openLog(config: Pick<Config, 'logLevel' | 'logPretty'>): Logger {
  const options = { level: config.logLevel, redact: { paths: redact, censor: '[hidden]' }, base: null };
  if (!config.logPretty) return pino(options);
  return pino({
    ...options,
    transport: {
      target: 'pino-pretty',
      options: { colorize: true, ignore: 'pid,hostname', translateTime: 'HH:MM:ss' },
    },
  });
}

/** Sends what the federation library logs (warnings and worse) to our log. Once a process. */
export async function routeLibraryLogs(log: Logger): Promise<void> {
  const sink = (record: LogRecord): void => {
    const text = record.message.map(String).join('');
    const details = { category: record.category.join('.') };
    if (record.level === 'fatal' || record.level === 'error') log.error(details, text);
    else log.warn(details, text);
  };
  await configure({
    reset: true,
    sinks: { log: sink },
    loggers: [
      { category: 'fedify', sinks: ['log'], lowestLevel: 'error' },
      { category: ['logtape', 'meta'], sinks: ['log'], lowestLevel: 'error' },
    ],
  });
}
