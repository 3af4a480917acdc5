/** A test that proves a promise. */
export interface Proof {
  /** Relative to the root of the repository. */
  readonly file: string;
  /** Names of its suites and its own, joined by ` > `, as the file writes them. */
  readonly test: string;
  /** Title of the case, where the test has a table of them. */
  readonly case?: string;
}

/** One behaviour that clients may rely on. */
export interface Requirement {
  /** Unique, and stable: `area.subject`. */
  readonly id: string;
  /** One plain sentence, that says no more than the tests do. */
  readonly promise: string;
  /** Who says that it is so, such as `OpenAPI: CreateRunRequest` or `recorded traffic 2025-10`. */
  readonly source: string;
  readonly tests: readonly Proof[];
}

/** A part of the API, with what is promised of it. */
export interface Area {
  readonly name: string;
  /** What of it works, in a few words. */
  readonly works: string;
  /** Its routes below `/v1`, or what else it is found by. */
  readonly routes: readonly string[];
  readonly requirements: readonly Requirement[];
}

/**
 * Names tests of one file, below one suite.
 *
 * @param suite - Empty for tests outside of any suite.
 */
export function testsOf(file: string, suite = ''): (test: string, caseTitle?: string) => Proof {
  return (test, caseTitle) => ({
    file,
    test: suite === '' ? test : `${suite} > ${test}`,
    ...(caseTitle !== undefined && { case: caseTitle }),
  });
}
