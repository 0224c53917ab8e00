/**
 * Adds up the reports of the test runs: node summary.js (<name> <report> <exit code>)...
 * Besides the tests that failed, one failure is counted for each step that failed (FAILED_STEPS), for each
 * test file that could not be loaded, and for each run that has no report or failed for any other reason.
 */
import { readFileSync } from 'node:fs';

function judge(name, path, exitCode) {
  let report;
  try {
    report = JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return { name, passed: 0, failed: 1, note: 'no report' };
  }
  const unloadable = report.testResults.filter(
    (file) => file.status === 'failed' && file.assertionResults.length === 0,
  );
  const failed = report.numFailedTests + unloadable.length;
  const sound = report.success && exitCode === '0' && report.numPassedTests > 0;
  return { name, passed: report.numPassedTests, failed: Math.max(failed, sound ? 0 : 1) };
}

const runs = [];
for (let at = 2; at < process.argv.length; at += 3) runs.push(judge(...process.argv.slice(at, at + 3)));
for (const { name, passed, failed, note } of runs) {
  console.log(`${name}: ${passed} passed, ${failed} failed${note ? ` (${note})` : ''}`);
}
const passed = runs.reduce((sum, run) => sum + run.passed, 0);
const failed = runs.reduce((sum, run) => sum + run.failed, Number(process.env.FAILED_STEPS ?? 0));
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
