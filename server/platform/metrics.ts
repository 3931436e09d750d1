// Figures for Prometheus: requests, queue, federation, sockets, event loop.
import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';

const secondsBuckets = [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

export type Metrics = ReturnType<typeof openMetrics>;

/** A registry of its own for each context, so that several servers fit in one process (tests). */
export function openMetrics() {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry, prefix: 'rookery_' });
  const registers = [registry];
  return {
    registry,
    requests: new Histogram({
      name: 'rookery_http_request_seconds',
      help: 'Time to answer, by route and status',
      labelNames: ['method', 'route', 'status'],
      buckets: secondsBuckets,
      registers,
    }),
    jobs: new Histogram({
      name: 'rookery_job_seconds',
      help: 'Time of a job, by subscriber and outcome',
      labelNames: ['subscriber', 'outcome'],
      buckets: secondsBuckets,
      registers,
    }),
    queueDepth: new Gauge({
      name: 'rookery_queue_jobs',
      help: 'Jobs in the queue, by lane and state',
      labelNames: ['lane', 'state'],
      registers,
    }),
    outboxDepth: new Gauge({
      name: 'rookery_outbox_events',
      help: 'Events whose subscribers have not all finished',
      registers,
    }),
    inboxActivities: new Counter({
      name: 'rookery_inbox_activities_total',
      help: 'Activities offered by other servers, by answer',
      labelNames: ['answer'],
      registers,
    }),
    inboxOutcomes: new Counter({
      name: 'rookery_inbox_outcomes_total',
      help: 'Activities handled, by type and outcome',
      labelNames: ['type', 'outcome'],
      registers,
    }),
    deliveries: new Counter({
      name: 'rookery_deliveries_total',
      help: 'Tries to deliver, by outcome',
      labelNames: ['outcome'],
      registers,
    }),
    deliveryDepth: new Gauge({
      name: 'rookery_deliveries_waiting',
      help: 'Deliveries owed to other servers',
      registers,
    }),
    lostJobs: new Counter({
      name: 'rookery_jobs_lost_total',
      help: 'Jobs that this process found abandoned by another and gave to the next, by lane',
      labelNames: ['lane'],
      registers,
    }),
    stalls: new Counter({
      name: 'rookery_stalls_total',
      help: 'Times that this process stood still for five seconds or more',
      registers,
    }),
    sockets: new Gauge({
      name: 'rookery_sockets',
      help: 'Open streaming connections, by kind',
      labelNames: ['kind'],
      registers,
    }),
    socketEvents: new Counter({
      name: 'rookery_socket_events_total',
      help: 'Events sent to sockets, by name',
      labelNames: ['event'],
      registers,
    }),
  };
}
