import type { RunMetrics } from '@cogitator-ai/openai-engine';
import { collectDefaultMetrics, Counter, Gauge, Registry } from 'prom-client';

/** What this process counts, for Prometheus. */
export interface Metrics {
  readonly runs: RunMetrics;
  readonly page: { readonly contentType: string; text(): Promise<string> };
}

/** @param activeRuns - How many runs are being advanced now. */
export function createMetrics(activeRuns: () => number): Metrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  const attempts = new Counter({
    name: 'openai_run_attempts_total',
    help: 'How often runs were taken up here, by attempt: first, or again because a server was lost.',
    labelNames: ['attempt'],
    registers,
  });
  const ended = new Counter({
    name: 'openai_runs_ended_total',
    help: 'Runs that ended here, by status.',
    labelNames: ['status'],
    registers,
  });
  registry.registerMetric(
    new Gauge({
      name: 'openai_runs_active',
      help: 'Runs that are being advanced here.',
      registers: [],
      collect() {
        this.set(activeRuns());
      },
    }),
  );
  return {
    runs: {
      taken: (attempt) => attempts.inc({ attempt: attempt === 1 ? 'first' : 'again' }),
      ended: (status) => ended.inc({ status }),
    },
    page: { contentType: registry.contentType, text: () => registry.metrics() },
  };
}
