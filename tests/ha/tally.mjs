// tally.mjs - what writers were told: acknowledged, refused with a sentence, or not told (in doubt); and how long they waited.
//
// A write that is in doubt is never tried again under the same name: it may be there. Used by the loads of the check.

import { performance } from 'node:perf_hooks';
import { until } from './machine.mjs';

export class Tally {
  constructor() {
    this.acknowledged = new Set();
    this.doubtful = new Set();
    this.refused = 0;
    this.sentences = new Map(); // what people were told, and how often
    this.longest = 0; // ms between two acknowledged writes of one writer, since `mark`
    this.waiting = new Map(); // writer -> when its present wait began
  }
  begin(writer) { if (!this.waiting.has(writer)) this.waiting.set(writer, performance.now()); }
  done(writer, id) {
    this.acknowledged.add(id);
    this.longest = Math.max(this.longest, performance.now() - this.waiting.get(writer));
    this.waiting.delete(writer);
  }
  doubt(id, why) { this.doubtful.add(id); this.told(why); }
  refuse(why) { this.refused++; this.told(why); }
  told(why) { this.sentences.set(why, (this.sentences.get(why) ?? 0) + 1); }
  mark() { this.longest = 0; }
  // Every writer is being answered (again).
  async flows(writers, limit, each = 2) {
    const seen = new Map(), base = this.counts();
    await until('writes of every writer to be acknowledged', () => {
      const now = this.counts();
      for (const w of writers) seen.set(w, (now.get(w) ?? 0) - (base.get(w) ?? 0));
      return writers.every((w) => seen.get(w) >= each);
    }, limit, 100);
  }
  // Ids begin with the writer's name: "writer:number".
  counts() {
    const n = new Map();
    for (const id of this.acknowledged) { const w = id.slice(0, id.indexOf(':')); n.set(w, (n.get(w) ?? 0) + 1); }
    return n;
  }
  // `found`: id -> how often it is in the store. What was lost or doubled, or is there though nobody tried it.
  compare(found) {
    const lost = [...this.acknowledged].filter((id) => !found.has(id));
    const doubled = [...found].filter(([, times]) => times > 1).map(([id]) => id);
    const unknown = [...found.keys()].filter((id) => !this.acknowledged.has(id) && !this.doubtful.has(id));
    const arrived = [...this.doubtful].filter((id) => found.has(id)).length;
    return { lost, doubled, unknown, arrived };
  }
}
