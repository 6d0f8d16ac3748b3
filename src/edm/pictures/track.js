// The picture of one track on a canvas: sections, waveform in three bands, energy, residuals or tempo, bars and time.
"use strict";

const LANES = { sections: 24, marks: 12, wave: 132, energy: 36, curve: 50, ruler: 30 };
const LEAST_VIEW_MS = 1500;
const PAPER = { width: 690, ratio: 3 };

function addedTwice(values) {
  let at = 0, step = 0;
  return Float64Array.from(values, (value) => { step += value; at += step; return at; });
}

function decodeTrack(data) {
  const beats = addedTwice(data.beats).map((time) => time / 10);
  const energy = data.energy && [addedTwice(data.energy[0]), data.energy[1]];
  const bars = [];
  for (let i = 0; i < beats.length; i++) if (data.positions[i] === "1") bars.push(beats[i]);
  let levels = null;
  if (data.waveform) {
    const text = atob(data.waveform);
    levels = new Uint8Array(text.length);
    for (let i = 0; i < text.length; i++) levels[i] = text.charCodeAt(i);
  }
  return { ...data, beats, bars, energy, levels };
}

function firstAfter(sorted, value) {
  let low = 0, high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle] <= value) low = middle + 1; else high = middle;
  }
  return low;
}

function clock(ms, digits = 0) {
  const unit = 10 ** digits;
  const whole = Math.round(Math.max(0, ms) / 1000 * unit);
  const minutes = Math.floor(whole / (60 * unit));
  const seconds = (whole - minutes * 60 * unit) / unit;
  return `${minutes}:${seconds.toFixed(digits).padStart(digits ? digits + 3 : 2, "0")}`;
}

class TrackView {
  constructor(canvas, data, onMove) {
    this.canvas = canvas;
    this.track = decodeTrack(data);
    this.onMove = onMove;
    this.end = Math.max(1, data.duration);
    this.view = [0, this.end];
    this.cursor = null;
    this.lanes = this.place();
    canvas.style.height = `${this.lanes.height}px`;
    this.pending = false;
    this.listen();
  }

  place() {
    const t = this.track, lanes = {};
    let y = 0;
    const add = (name, wanted) => { if (wanted) { lanes[name] = [y, y + LANES[name]]; y += LANES[name]; } };
    add("sections", t.sections.length);
    add("marks", t.drops.length);
    add("wave", true);
    add("energy", t.energy && t.energy[0].length);
    add("curve", t.curve);
    add("ruler", true);
    lanes.height = y;
    return lanes;
  }

  get zoomed() { return this.view[1] - this.view[0] < this.end - 0.5; }

  show(start, end) {
    const span = Math.min(this.end, Math.max(Math.min(LEAST_VIEW_MS, this.end), end - start));
    const from = Math.max(0, Math.min(this.end - span, (start + end - span) / 2));
    this.view = [from, from + span];
    this.redraw();
  }

  whole() { this.show(0, this.end); }

  zoom(factor, centre = (this.view[0] + this.view[1]) / 2) {
    const [a, b] = this.view;
    this.keep(Math.min(this.end, Math.max(Math.min(LEAST_VIEW_MS, this.end), (b - a) * factor)), centre);
  }

  keep(span, centre) {
    // What lies under the pointer stays there.
    const [a, b] = this.view;
    const from = centre - (centre - a) / (b - a) * span;
    this.show(Math.max(0, Math.min(this.end - span, from)), Math.max(0, Math.min(this.end - span, from)) + span);
  }

  pan(share) {
    const [a, b] = this.view, span = b - a;
    const from = Math.max(0, Math.min(this.end - span, a + share * span));
    this.show(from, from + span);
  }

  redraw() {
    if (this.pending) return;
    this.pending = true;
    requestAnimationFrame(() => { this.pending = false; this.draw(); });
  }

  timeAt(x) { return this.view[0] + x / this.width * (this.view[1] - this.view[0]); }
  xAt(ms) { return (ms - this.view[0]) / (this.view[1] - this.view[0]) * this.width; }

  describe(ms) {
    const parts = [clock(ms, 2)], t = this.track;
    if (t.bars.length) parts.push(`bar ${Math.max(1, firstAfter(t.bars, ms))}`);
    const section = t.sections.find((s) => ms >= s[0] && ms < s[1]);
    if (section) parts.push(`${section[4]} (${section[5]} %)`);
    if (t.curve && t.beats.length) {
      const i = Math.min(t.beats.length - 1, Math.max(0, firstAfter(t.beats, ms) - 1)), v = t.curve.values[i];
      if (v !== null) parts.push(t.curve.kind === "tempo" ? `${(v / 100).toFixed(2)} BPM` : `${v > 0 ? "+" : ""}${(v / 10).toFixed(1)} ms`);
    }
    return parts.join(" · ");
  }

  draw(printed = false) {
    // A sheet is narrower than most windows, and finer than most screens.
    const ratio = printed ? PAPER.ratio : window.devicePixelRatio || 1;
    this.width = printed ? PAPER.width : this.canvas.clientWidth;
    if (!this.width) return;
    this.canvas.width = Math.round(this.width * ratio);
    this.canvas.height = Math.round(this.lanes.height * ratio);
    const c = this.canvas.getContext("2d");
    c.setTransform(ratio, 0, 0, ratio, 0, 0);
    const style = getComputedStyle(this.canvas);
    this.colour = (name) => style.getPropertyValue(`--${name}`).trim();
    this.font = (size, weight = 400) => `${weight} ${size}px ${style.fontFamily}`;
    c.fillStyle = this.colour("wave");
    c.fillRect(0, 0, this.width, this.lanes.height);
    if (this.lanes.energy) this.drawEnergy(c);
    this.drawWave(c, ratio);
    this.drawGrid(c);
    if (this.lanes.sections) this.drawSections(c);
    if (this.lanes.marks) this.drawDrops(c);
    if (this.lanes.curve) this.drawCurve(c);
    this.drawRuler(c);
    if (this.cursor !== null) this.drawCursor(c);
    this.onMove(this.cursor === null ? this.range() : this.describe(this.cursor));
  }

  range() { return this.zoomed ? `${clock(this.view[0], 1)} to ${clock(this.view[1], 1)}` : "whole track"; }

  drawWave(c, ratio) {
    const { levels, columns } = this.track, [top, bottom] = this.lanes.wave;
    const middle = (top + bottom) / 2, half = (bottom - top) / 2 - 3;
    if (!levels) {
      c.fillStyle = this.colour("quiet");
      c.font = this.font(12);
      c.textAlign = "center";
      c.fillText("no waveform", this.width / 2, middle);
      return;
    }
    const pixels = Math.round(this.width * ratio), perMs = columns / this.end;
    const step = (this.view[1] - this.view[0]) / pixels;
    ["low", "mid", "high"].forEach((band, row) => {
      c.fillStyle = this.colour(band);
      const base = row * columns;
      for (let p = 0; p < pixels; p++) {
        const from = Math.min(columns - 1, Math.floor((this.view[0] + p * step) * perMs));
        const to = Math.min(columns, Math.max(from + 1, Math.floor((this.view[0] + (p + 1) * step) * perMs)));
        let most = 0;
        for (let k = from; k < to; k++) if (levels[base + k] > most) most = levels[base + k];
        const height = (most / 255) ** 2 * half;
        if (height > 0.2) c.fillRect(p / ratio, middle - height, 1 / ratio, 2 * height);
      }
    });
    c.fillStyle = this.colour("edge");
    c.fillRect(0, middle - 0.25, this.width, 0.5);
  }

  drawGrid(c) {
    const { beats, bars } = this.track, [a, b] = this.view;
    const top = this.lanes.wave[0], bottom = this.lanes.ruler[0];
    const perMs = this.width / (b - a);
    const line = (ms, alpha) => {
      c.globalAlpha = alpha;
      c.fillRect(Math.round(this.xAt(ms)) - 0.5, top, 1, bottom - top);
    };
    c.fillStyle = this.colour("ink");
    const inView = (list) => list.slice(Math.max(0, firstAfter(list, a) - 1), firstAfter(list, b) + 1);
    if (beats.length > 1 && perMs * (beats[beats.length - 1] - beats[0]) / (beats.length - 1) > 9) {
      for (const ms of inView(beats)) line(ms, 0.18);
    }
    if (bars.length > 1) {
      const bar = perMs * (bars[bars.length - 1] - bars[0]) / (bars.length - 1);
      if (bar > 9) for (const ms of inView(bars)) line(ms, Math.min(0.42, 0.08 + bar / 150));
    }
    c.globalAlpha = 0.35;
    for (const s of this.track.sections) if (s[0] > a && s[0] < b) c.fillRect(Math.round(this.xAt(s[0])) - 0.5, 0, 1, bottom);
    c.globalAlpha = 1;
  }

  drawSections(c) {
    const [top, bottom] = this.lanes.sections;
    c.textAlign = "left";
    c.textBaseline = "middle";
    for (const [start, end, , , label, confidence] of this.track.sections) {
      const x0 = Math.max(0, this.xAt(start)), x1 = Math.min(this.width, this.xAt(end));
      if (x1 <= 0 || x0 >= this.width) continue;
      c.fillStyle = SECTION_COLOURS[label] || "#cccccc";
      c.fillRect(x0 + 0.5, top, Math.max(0.5, x1 - x0 - 1), bottom - top - 1);
      c.fillStyle = "#000000";
      c.font = this.font(12, 600);
      const room = x1 - x0 - 8;
      const texts = [`${label} ${confidence} %`, label, label.slice(0, 5), label[0]];
      const text = texts.find((one) => c.measureText(one).width <= room);
      if (text) c.fillText(text, x0 + 4, (top + bottom) / 2);
    }
  }

  drawDrops(c) {
    const [top, bottom] = this.lanes.marks;
    c.fillStyle = this.colour("ink");
    for (const [ms] of this.track.drops) {
      const x = this.xAt(ms);
      if (x < -8 || x > this.width + 8) continue;
      c.beginPath();
      c.moveTo(x - 6, top + 1); c.lineTo(x + 6, top + 1); c.lineTo(x, bottom - 1);
      c.fill();
    }
  }

  drawEnergy(c) {
    const [top, bottom] = this.lanes.energy, [times, values] = this.track.energy;
    const y = (v) => bottom - 2 - v / 100 * (bottom - top - 6);
    c.beginPath();
    c.moveTo(this.xAt(0), bottom - 1);
    times.forEach((ms, i) => {
      const next = i + 1 < times.length ? times[i + 1] : this.end;
      c.lineTo(this.xAt(i ? ms : 0), y(values[i])); c.lineTo(this.xAt(next), y(values[i]));
    });
    c.lineTo(this.xAt(this.end), bottom - 1);
    c.closePath();
    c.fillStyle = this.colour("fill");
    c.fill();
    this.name(c, "energy", top);
  }

  drawCurve(c) {
    const { beats, curve } = this.track, [top, bottom] = this.lanes.curve, tempo = curve.kind === "tempo";
    const unit = tempo ? 100 : 10, seen = curve.values.filter((v) => v !== null).sort((p, q) => p - q);
    let low = seen[Math.floor(0.02 * (seen.length - 1))] / unit, high = seen[Math.ceil(0.98 * (seen.length - 1))] / unit;
    if (tempo) { const rim = Math.max(0.5, 0.1 * (high - low)); low -= rim; high += rim; }
    else { high = Math.max(5, Math.ceil(1.2 * Math.max(Math.abs(low), Math.abs(high)))); low = -high; }
    const y = (v) => Math.min(bottom - 3, Math.max(top + 3, bottom - 3 - (v - low) / (high - low) * (bottom - top - 6)));
    c.fillStyle = this.colour("edge");
    if (!tempo) c.fillRect(0, Math.round(y(0)), this.width, 0.5);
    c.fillStyle = c.strokeStyle = this.colour("curve");
    const from = Math.max(0, firstAfter(beats, this.view[0]) - 2), to = Math.min(beats.length, firstAfter(beats, this.view[1]) + 2);
    if (tempo) {
      c.beginPath();
      for (let i = from; i < to; i++) c.lineTo(this.xAt(beats[i]), y(curve.values[i] / unit));
      c.stroke();
    } else {
      for (let i = from; i < to; i++) if (curve.values[i] !== null) c.fillRect(this.xAt(beats[i]) - 1, y(curve.values[i] / unit) - 1, 2, 2);
    }
    this.name(c, tempo ? `tempo, ${low.toFixed(1)} to ${high.toFixed(1)} BPM` : `sound off the grid, ±${high} ms`, top);
  }

  name(c, text, top) {
    c.font = this.font(11);
    c.textAlign = "left";
    c.textBaseline = "top";
    const width = c.measureText(text).width;
    c.globalAlpha = 0.8;
    c.fillStyle = this.colour("wave");
    c.fillRect(2, top + 1, width + 6, 14);
    c.globalAlpha = 1;
    c.fillStyle = this.colour("quiet");
    c.fillText(text, 5, top + 2);
  }

  drawRuler(c) {
    const [top, bottom] = this.lanes.ruler, { bars } = this.track, [a, b] = this.view;
    c.fillStyle = this.colour("panel");
    c.fillRect(0, top, this.width, bottom - top);
    c.font = this.font(11);
    c.textBaseline = "alphabetic";
    c.textAlign = "left";
    const perMs = this.width / (b - a);
    if (bars.length > 1) {
      const bar = perMs * (bars[bars.length - 1] - bars[0]) / (bars.length - 1);
      let every = 1;
      while (bar * every < 44) every *= 2;
      c.fillStyle = this.colour("ink");
      const end = Math.min(bars.length, firstAfter(bars, b));
      for (let i = 0; i < end; i += every) {
        const x = this.xAt(bars[i]);
        if (x < -30) continue;
        c.fillRect(Math.round(x) - 0.5, top, 1, 5);
        c.fillText(String(i + 1), x + 3, top + 12);
      }
    }
    const steps = [100, 200, 500, 1000, 2000, 5000, 10000, 15000, 30000, 60000, 120000, 300000, 600000, 1800000, 3600000];
    const step = steps.find((one) => one * perMs >= 62) || 3600000;
    c.fillStyle = this.colour("quiet");
    for (let ms = Math.ceil(a / step) * step; ms <= b; ms += step) {
      const x = this.xAt(ms);
      c.fillRect(Math.round(x) - 0.5, bottom - 14, 1, 4);
      c.fillText(clock(ms, step < 1000 ? 1 : 0), x + 3, bottom - 4);
    }
    if (this.zoomed) {
      c.fillStyle = this.colour("line");
      c.fillRect(0, bottom - 2, this.width, 2);
      c.fillStyle = this.colour("blue");
      c.fillRect(a / this.end * this.width, bottom - 2, Math.max(3, (b - a) / this.end * this.width), 2);
    }
  }

  drawCursor(c) {
    c.fillStyle = this.colour("bad");
    c.fillRect(Math.round(this.xAt(this.cursor)) - 0.5, 0, 1, this.lanes.ruler[0]);
  }

  listen() {
    const canvas = this.canvas, held = new Map();
    const x = (event) => event.clientX - canvas.getBoundingClientRect().left;
    let apart = 0, moved = false;
    canvas.addEventListener("pointerdown", (event) => { held.set(event.pointerId, x(event)); apart = 0; moved = false; });
    canvas.addEventListener("pointermove", (event) => {
      const before = held.get(event.pointerId);
      if (before === undefined) {
        this.cursor = this.timeAt(x(event));
        this.redraw();
        return;
      }
      held.set(event.pointerId, x(event));
      const span = this.view[1] - this.view[0];
      if (held.size === 1) {
        if (!moved && Math.abs(x(event) - before) < 2) return;
        if (!moved) { moved = true; canvas.setPointerCapture(event.pointerId); }
        this.pan(-(x(event) - before) / this.width);
      } else if (held.size === 2) {
        const [p, q] = [...held.values()], now = Math.max(10, Math.abs(p - q));
        if (apart) this.keep(Math.min(this.end, Math.max(Math.min(LEAST_VIEW_MS, this.end), span * apart / now)), this.timeAt((p + q) / 2));
        apart = now;
      }
    });
    for (const name of ["pointerup", "pointercancel"]) canvas.addEventListener(name, (event) => { held.delete(event.pointerId); apart = 0; });
    canvas.addEventListener("pointerleave", () => { this.cursor = null; this.redraw(); });
    canvas.addEventListener("dblclick", (event) => this.zoom(0.25, this.timeAt(x(event))));
    canvas.addEventListener("wheel", (event) => {
      if (document.activeElement !== canvas && !event.ctrlKey) return;
      event.preventDefault();
      if (Math.abs(event.deltaX) > Math.abs(event.deltaY)) this.pan(event.deltaX / this.width);
      else this.zoom(Math.exp(Math.max(-1, Math.min(1, event.deltaY / 300))), this.timeAt(x(event)));
    }, { passive: false });
    canvas.addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      const acts = {
        "+": () => this.zoom(0.5), "=": () => this.zoom(0.5), "-": () => this.zoom(2), _: () => this.zoom(2),
        ArrowLeft: () => this.pan(-0.25), ArrowRight: () => this.pan(0.25), 0: () => this.whole(),
        Home: () => this.show(0, this.view[1] - this.view[0]),
        End: () => this.show(this.end - (this.view[1] - this.view[0]), this.end),
      };
      if (!(event.key in acts)) return;
      event.preventDefault();
      acts[event.key]();
    });
    new ResizeObserver(() => this.redraw()).observe(canvas);
  }
}
