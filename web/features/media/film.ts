// How a film comes to its player: the playlist of several sizes where there is one, the plain file everywhere else.

const PLAYLIST = 'application/vnd.apple.mpegurl';
/** Any one of the films on the page: when another begins, it stops. */
let playing: HTMLMediaElement | null = null;

interface Sources {
  url: string | null;
  hls_url?: string | undefined;
}

/** Gives the player its film, for when it is about to play; returns what takes it away again. */
export function feedFilm(player: HTMLVideoElement, { url, hls_url: playlist }: Sources): () => void {
  let stop = () => {};
  const plain = () => {
    if (url && player.getAttribute('src') !== url) player.src = url;
  };
  if (!playlist || !('MediaSource' in window || player.canPlayType(PLAYLIST))) plain();
  else if (player.canPlayType(PLAYLIST)) {
    player.src = playlist;
    player.addEventListener('error', plain, { once: true });
    stop = () => player.removeEventListener('error', plain);
  } else stop = feedPieces(player, playlist, plain);
  return () => stop();
}

/** Where the browser reads no playlists itself, a library does; when it fails, or cannot be had, the plain file plays. */
function feedPieces(player: HTMLVideoElement, playlist: string, plain: () => void): () => void {
  let isOver = false;
  let destroy = () => {};
  const wantsToPlay = !player.paused;
  import('hls.js/light')
    .then(({ default: Hls }) => {
      if (isOver) return;
      if (!Hls.isSupported()) return plain();
      // A worker would be a script from a blob, which our content policy refuses.
      const reader = new Hls({ enableWorker: false, capLevelToPlayerSize: true });
      destroy = () => reader.destroy();
      reader.on(Hls.Events.ERROR, (_, { fatal }) => {
        if (!fatal || isOver) return;
        const { currentTime } = player;
        reader.destroy();
        plain();
        player.currentTime = currentTime;
        void player.play().catch(() => {});
      });
      reader.loadSource(playlist);
      reader.attachMedia(player);
      if (wantsToPlay) void player.play().catch(() => {});
    })
    .catch(plain);
  return () => {
    isOver = true;
    destroy();
  };
}

/** Says that this one plays now: whatever else played stops. */
export function playAlone(player: HTMLMediaElement): void {
  if (playing !== player) playing?.pause();
  playing = player;
}

/** Seconds as a clock shows them: `0:07`, `1:02:03`. */
export function clock(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const tail = `${String(rest).padStart(2, '0')}`;
  return hours ? `${hours}:${String(minutes).padStart(2, '0')}:${tail}` : `${minutes}:${tail}`;
}
