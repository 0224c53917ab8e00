import { defineConfig } from 'vitest/config';
import { tests } from './vitest.config.ts';
export default defineConfig({ test: { ...tests, testTimeout: 120_000, hookTimeout: 120_000, include: ['test/infra/alerts/kafka-alerts.engine.test.ts'] } });
