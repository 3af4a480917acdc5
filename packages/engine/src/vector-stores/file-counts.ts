import type {
  FileCounts,
  VectorStore,
  VectorStoreFile,
  VectorStoreFileStatus,
  VectorStoreStatus,
} from '@cogitator-ai/openai-protocol';

/** A file that changes its status; `null` stands for not being there. */
export interface Move {
  readonly from: VectorStoreFileStatus | null;
  readonly to: VectorStoreFileStatus | null;
}

export const NO_FILES: FileCounts = { in_progress: 0, completed: 0, failed: 0, cancelled: 0, total: 0 };

/** How many of the files have come how far. */
export function countFiles(files: readonly Pick<VectorStoreFile, 'status'>[]): FileCounts {
  return countMoves(
    NO_FILES,
    files.map(({ status }) => ({ from: null, to: status })),
  );
}

export function countMoves(counts: FileCounts, moves: readonly Move[]): FileCounts {
  const counted = { ...counts };
  for (const { from, to } of moves) {
    if (from !== null) {
      counted[from]--;
      counted.total--;
    }
    if (to !== null) {
      counted[to]++;
      counted.total++;
    }
  }
  return counted;
}

/** The status of a store or a batch whose files have come so far. */
export function statusOf({ in_progress: inProgress }: FileCounts): 'in_progress' | 'completed' {
  return inProgress > 0 ? 'in_progress' : 'completed';
}

/** The status of a store whose files have come so far. One that has expired stays so. */
export function storeStatusOf({ status }: VectorStore, counts: FileCounts): VectorStoreStatus {
  return status === 'expired' ? status : statusOf(counts);
}
