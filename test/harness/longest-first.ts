// Those that take a minute and more begin first, so that none of them is left to run alone at the end.
import { BaseSequencer } from 'vitest/node'
import type { TestSpecification } from 'vitest/node'

export function longestFirst(longest: RegExp): typeof BaseSequencer {
  return class extends BaseSequencer {
    override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
      const isLong = ({ moduleId }: TestSpecification): boolean => longest.test(moduleId)
      return files.toSorted((one, other) => Number(isLong(other)) - Number(isLong(one)))
    }
  }
}
