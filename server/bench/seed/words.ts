// What the seeded people say: passages made of common words, the same in every run.
import { renderPost } from '#server/platform/text.ts';

const words = (
  'a about above across after again all almost along also always among an and another any apple are around as ask at ' +
  'autumn away back bakery balcony be beach because been before began behind being below best better between bicycle big ' +
  'bird book both bread bridge brought build busy but by call came can candle careful carry cat chair change child city ' +
  'clear climb clock close cloud coat coffee cold come could country cover cup curious dark day did different dinner do ' +
  'does dog done door down draw dream drive during each early earth east easy eat end enough even evening ever every ' +
  'fair fall family far farm fast father feel feet few field find fire first fish five floor flour flower follow food for ' +
  'forest found four fresh friend from front full garden gate gave get girl give glass go good got great green ground ' +
  'grow had half hand happy harbour hard has have he hear heart heavy help her here high hill his hold home honey hope ' +
  'horse hot hour house how however hundred idea if in island it its journey just keep kind kitchen knew know lake lamp ' +
  'land large last late learn leave left lemon letter light like line listen little live long look lost lunch made make ' +
  'many map market may me mean meadow meet might mile mind minute moon more morning most mother mountain move much music ' +
  'must my name near need never new next night no north nothing now number ocean of off often old on once one only open ' +
  'or orange other our out over own page paint paper park part past path pencil people perhaps piano picture place plain ' +
  'plant play point pond pot question quick quiet rain ran reach read ready real red remember rest right river road rock ' +
  'room round run said sail same saw say school sea second see seed seem sentence set seven shall she ship shore short ' +
  'should show side simple since sing sit six sky sleep slow small snow so soft some song soon sound south spring stand ' +
  'star start station stay step still stone story street strong such summer sun sure table take talk tall tea tell ten ' +
  'than that the their them then there these they thing think this those though thought three through time to today ' +
  'together told too took top toward town train travel tree true try turn two under until up us use valley very village ' +
  'visit voice wait walk wall want warm was watch water way we week well went were west what wheel when where which while ' +
  'white who whole why wide wild will wind window winter wish with without wonder wood word work world would write year ' +
  'yellow yes yesterday yet you young your'
).split(' ');

/** Numbers from 0 to 1, the same for the same start: a linear congruence, whose upper bits are random enough for this. */
export function seededRandom(start: number): () => number {
  let state = start >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

export interface Passage {
  text: string;
  /** As the server renders it. */
  html: string;
}

/** `count` texts of 10 to 3,000 characters, most of them short; some have a link. */
export function makePassages(count: number): Passage[] {
  const random = seededRandom(1);
  return Array.from({ length: count }, () => {
    const text = makeText(random);
    return { text, html: renderPost(text, {}).html };
  });
}

/** `count` different hashtags in lower case. */
export function makeTags(count: number): string[] {
  const long = words.filter((word) => word.length > 3);
  const pairs = long.flatMap((word, index) => [word, `${word}${long[(index * 7 + 3) % long.length]}`]);
  const random = seededRandom(2);
  return [...new Set(pairs)]
    .map((tag) => ({ tag, place: random() }))
    .toSorted((one, other) => one.place - other.place)
    .slice(0, count)
    .map(({ tag }) => tag);
}

/** Words for names and display names. */
export function nameWords(): string[] {
  return words.filter((word) => word.length > 3 && word.length < 8);
}

/** Lengths as people write them: half under 110 characters, one in twenty over 500. */
function makeText(random: () => number): string {
  const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  const length = Math.min(3000, Math.max(10, Math.exp(4.7 + 0.95 * normal)));
  const sentences: string[] = [];
  let written = 0;
  while (written < length) {
    const sentence = makeSentence(random, length - written);
    const isNewParagraph = written > 300 && random() < 0.3;
    sentences.push(isNewParagraph ? `\n\n${sentence}` : sentence);
    written += sentence.length + 1;
  }
  const link = random() < 0.08 ? ` https://example.org/${pick(random)}/${pick(random)}-${pick(random)}.html` : '';
  return `${sentences.join(' ')}${link}`;
}

function makeSentence(random: () => number, room: number): string {
  const count = Math.max(2, Math.min(4 + Math.floor(random() * 14), Math.ceil(room / 5)));
  const chosen = Array.from({ length: count }, () => pick(random)).join(' ');
  return `${chosen.charAt(0).toUpperCase()}${chosen.slice(1)}${random() < 0.1 ? '?' : '.'}`;
}

function pick(random: () => number): string {
  return words[Math.floor(random() * words.length)] ?? 'word';
}
