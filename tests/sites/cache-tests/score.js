// Runs the public suite in this page, as a browser's own cache would be tested, and says what came of each test.
// The suite's modules lie beside this file while it is served; none of them is in this repository.
import { getResults, runTests } from "/client/runner.mjs";
import { makeCacheTest, testResults } from "/client/test.mjs";
import suites from "/tests/index.mjs";

/** Tests that run at once. The suite's own page has 100, which keeps IndexedDB so busy that a write may be put off (202). */
const AT_ONCE = 40;

/**
 * Every test that runs in browsers: what it is, and why it failed if it did.
 * @returns {Promise<{id: string, name: string, group: string, kind: string, needs: string[], failure: string | null}[]>}
 */
export async function score() {
  await runTests(suites, fetch.bind(window), true, "", AT_ONCE);
  await onceMore();
  const results = getResults();
  return suites.flatMap((suite) => suite.tests.filter((test) => !test.browser_skip).map((test) => ({
    id: test.id,
    name: test.name,
    group: suite.id,
    kind: test.kind ?? "required",
    needs: test.depends_on ?? [],
    failure: results[test.id] === true ? null : String(results[test.id]?.[1] ?? "not run"),
  })));
}

/** The tests that have no result yet. */
export const withoutResult = () =>
  suites.flatMap(({ tests }) => tests).filter((test) => !test.browser_skip && !(test.id in testResults)).map(({ id }) => id);

/**
 * A write that got no lock within 250 ms is answered 202 and sent later (`src/queue/submit.rs`, `LOCK_WAIT`). That happens on a busy
 * machine and says nothing of caching: such tests run again, alone, with nothing beside them.
 */
async function onceMore() {
  for (const test of suites.flatMap((suite) => suite.tests)) {
    if (!/status is 202,/.test(testResults[test.id]?.[1] ?? "")) continue;
    delete testResults[test.id];
    await makeCacheTest(test);
  }
}
