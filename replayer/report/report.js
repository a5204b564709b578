// SPDX-License-Identifier: Apache-2.0
// What a page can do more with a script: the timeline, sorting and searching in tables. Text
// from the tape is only ever set as text.
"use strict";
(() => {
	const make = (name, properties, ...children) => {
		const e = Object.assign(document.createElement(name), properties);
		e.append(...children);
		return e;
	};
	const duration = (ns) => {
		for (const [unit, name] of [[1e9, "s"], [1e6, "ms"], [1e3, "µs"]]) {
			if (ns >= unit)
				return (ns / unit).toPrecision(3).replace(/e\+?\d+$/, "") * 1 + "\u00a0" + name;
		}
		return Math.round(ns) + "\u00a0ns";
	};

	// ---- tables ----

	const value = (row, column) => {
		const cell = row.cells[column];
		const text = cell.dataset.v ?? cell.textContent;
		return text !== "" && !isNaN(text) ? Number(text) : text;
	};
	const compare = (a, b) => {
		if (typeof a === typeof b)
			return a < b ? -1 : a > b ? 1 : 0;
		return typeof a === "number" ? -1 : 1;
	};
	const sort = (table, head, column) => {
		const descending = head.getAttribute("aria-sort") !== "descending";
		const rows = [...table.tBodies[0].rows];
		for (const other of table.tHead.rows[0].cells)
			other.removeAttribute("aria-sort");
		head.setAttribute("aria-sort", descending ? "descending" : "ascending");
		rows.sort((a, b) => (descending ? -1 : 1) * compare(value(a, column), value(b, column)));
		table.tBodies[0].append(...rows);
	};
	const search = (table) => {
		const said = make("span", { ariaLive: "polite" });
		const input = make("input", { type: "search", placeholder: "words to look for" });
		const rows = [...table.tBodies[0].rows];
		const texts = rows.map((r) => r.textContent.toLowerCase());
		input.setAttribute("aria-label", "Search: " + table.caption.textContent);
		input.addEventListener("input", () => {
			const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
			let shown = 0;
			rows.forEach((row, i) => {
				row.hidden = !words.every((w) => texts[i].includes(w));
				shown += !row.hidden;
			});
			said.textContent = words.length ? `${shown} of ${rows.length} rows` : "";
		});
		table.parentNode.before(make("div", { className: "find" }, input, said));
	};
	for (const table of document.querySelectorAll("table.data")) {
		[...table.tHead.rows[0].cells].forEach((head, column) => {
			const button = make("button", { type: "button" }, head.textContent);
			button.addEventListener("click", () => sort(table, head, column));
			head.replaceChildren(button);
		});
		if (table.tBodies[0].rows.length > 8)
			search(table);
	}

	// ---- timeline ----

	const data = JSON.parse(document.getElementById("tl-data").textContent);
	const box = document.getElementById("tl-box");
	if (!data.lanes.length || !box)
		return;
	document.getElementById("tl").hidden = false;
	const said = document.getElementById("tl-said");
	const range = make("span", { id: "tl-range" });
	const ROW = 22, AXIS = 26;
	const narrow = () => box.clientWidth < 620;
	const label = () => narrow() ? 92 : 230;
	const span = Math.max(data.span, 1);
	const view = { from: 0, to: span };
	const canvas = make("canvas", { tabIndex: 0 });
	const colour = {};
	let most = 1;

	canvas.setAttribute("role", "application");
	canvas.setAttribute("aria-label", "Timeline of " + data.lanes.length + " threads. Arrow keys move, plus and minus zoom.");
	box.append(canvas);
	for (const lane of data.lanes) {
		lane.cells = [];
		for (let i = 0; i < lane.bins.length; i += 4) {
			const [bin, calls, failed, share] = lane.bins.slice(i, i + 4);
			lane.cells.push({ bin, calls, failed, share });
			most = Math.max(most, calls);
		}
	}

	const colours = () => {
		const style = getComputedStyle(document.documentElement);
		for (const name of ["ink", "dim", "line", "card", "accent", "bad", "wait", "exec", "warm", "stripe"])
			colour[name] = style.getPropertyValue("--" + name).trim();
	};
	const width = () => Math.max(box.clientWidth - label() - 8, 40);
	const x_of = (time) => label() + (time - view.from) / (view.to - view.from) * width();
	const time_at = (x) => view.from + (x - label()) / width() * (view.to - view.from);

	const fit = (g, text, room) => {
		if (g.measureText(text).width <= room)
			return text;
		let n = 1, beyond = text.length;
		while (beyond - n > 1) {
			const half = (n + beyond) >> 1;
			if (g.measureText(text.slice(0, half) + "…").width > room)
				beyond = half;
			else
				n = half;
		}
		return text.slice(0, n) + "…";
	};
	const draw_axis = (g) => {
		const rough = (view.to - view.from) / Math.max(width() / 110, 1);
		const power = 10 ** Math.floor(Math.log10(rough));
		const step = [1, 2, 5, 10].map((m) => m * power).find((s) => s >= rough);
		g.font = "11px system-ui, sans-serif";
		for (let t = Math.ceil(view.from / step) * step; t <= view.to; t += step) {
			const x = Math.round(x_of(t)) + .5;
			g.fillStyle = colour.line;
			g.fillRect(x, AXIS - 6, 1, canvas.clientHeight);
			g.fillStyle = colour.dim;
			if (x + 50 < label() + width() || t === 0)
				g.fillText(duration(t), x + 4, 14);
		}
	};
	const draw_lane = (g, lane, i) => {
		const y = AXIS + i * ROW, end = label() + width();
		if (i % 2) {
			g.fillStyle = colour.stripe;
			g.fillRect(0, y, label(), ROW);
		}
		g.fillStyle = lane.bad ? colour.bad : colour.ink;
		g.font = "12px system-ui, sans-serif";
		const first = i === 0 || data.lanes[i - 1].pid !== lane.pid;
		const base = lane.name.split(" ").map((w, k) => k ? w : w.replace(/[^(]*\//, "")).join(" ");
		const who = lane.count ? lane.count.toLocaleString("en") + " ×" : lane.pid;
		const name = !lane.pid ? base : !first ? "   thread " + lane.tid : narrow() && !lane.count ? base : who + " " + base;
		g.fillText(fit(g, name, label() - 20), 10, y + 15);
		const clip = (a, b) => [Math.max(x_of(a), label()), Math.min(x_of(b), end)];
		let [a, b] = clip(lane.from, lane.to);
		if (b >= a) {
			g.fillStyle = colour.line;
			g.globalAlpha = .55;
			g.fillRect(a, y + 4, Math.max(b - a, 1.5), ROW - 8);
			g.globalAlpha = 1;
		}
		for (const cell of lane.cells) {
			[a, b] = clip(cell.bin * data.width, Math.min((cell.bin + 1) * data.width, span));
			if (b <= a)
				continue;
			const w = Math.max(b - a, 1);
			if (cell.calls) {
				g.fillStyle = colour.accent;
				g.globalAlpha = .3 + .7 * Math.log1p(cell.calls) / Math.log1p(most);
				g.fillRect(a, y + 4, w, ROW - 11);
				g.globalAlpha = 1;
			}
			if (cell.failed) {
				g.fillStyle = colour.bad;
				g.globalAlpha = .85;
				const high = 2 + 4 * cell.failed / Math.max(cell.calls, 1);
				g.fillRect(a, y + 4, w, high);
				g.globalAlpha = 1;
			}
			if (cell.share) {
				g.fillStyle = colour.wait;
				g.globalAlpha = .25 + .75 * cell.share / 100;
				g.fillRect(a, y + ROW - 7, w, 3);
				g.globalAlpha = 1;
			}
		}
	};
	// From the one who started it to the row of the one who was started.
	const draw_forks = (g) => {
		g.strokeStyle = g.fillStyle = colour.dim;
		g.globalAlpha = .5;
		data.lanes.forEach((lane, i) => {
			const x = Math.round(x_of(lane.from)) + .5;
			if (lane.by < 0 || x < label() || x > label() + width())
				return;
			const [a, b] = [lane.by, i].map((row) => AXIS + row * ROW + ROW / 2);
			g.beginPath();
			g.moveTo(x, a);
			g.lineTo(x, b);
			g.stroke();
			g.fillRect(x - 2, a - 2, 4, 4);
		});
		g.globalAlpha = 1;
	};
	const draw_slow = (g) => {
		for (const [lane, begin, took, failed] of data.slow) {
			const a = x_of(begin), b = x_of(begin + took);
			if (b - a < 3 || b < label() || a > label() + width())
				continue;
			const left = Math.max(a, label());
			g.strokeStyle = failed ? colour.bad : colour.wait;
			g.strokeRect(left + .5, AXIS + lane * ROW + 3.5, Math.min(b, label() + width()) - left - 1, ROW - 7);
		}
	};
	const draw_marks = (g) => {
		for (const [lane, time, kind] of data.marks) {
			const x = x_of(time), y = AXIS + lane * ROW + ROW / 2;
			if (x < label() - 1 || x > label() + width() + 1)
				continue;
			g.fillStyle = [colour.exec, colour.warm, colour.bad][kind];
			g.strokeStyle = colour.card;
			g.beginPath();
			if (kind === 1)
				g.arc(x, y, 4, 0, 7);
			else if (kind === 0)
				for (const [dx, dy] of [[-1, -7], [5, 0], [-1, 7]])
					g.lineTo(x + dx, y + dy);
			else
				for (const [dx, dy] of [[0, -6], [6, 0], [0, 6], [-6, 0]])
					g.lineTo(x + dx, y + dy);
			g.closePath();
			g.fill();
			g.stroke();
		}
	};
	const draw = () => {
		const scale = window.devicePixelRatio || 1, high = AXIS + data.lanes.length * ROW + 6;
		colours();
		canvas.width = box.clientWidth * scale;
		canvas.height = high * scale;
		canvas.style.height = high + "px";
		const g = canvas.getContext("2d");
		g.scale(scale, scale);
		draw_axis(g);
		draw_forks(g);
		data.lanes.forEach((lane, i) => draw_lane(g, lane, i));
		draw_slow(g);
		draw_marks(g);
		canvas.dataset.view = Math.round(view.from) + " " + Math.round(view.to);
		range.textContent = duration(view.from) + " to " + duration(view.to);
	};

	let wanted = false;
	const redraw = () => {
		if (wanted)
			return;
		wanted = true;
		requestAnimationFrame(() => {
			wanted = false;
			draw();
		});
	};
	const show = (from, to) => {
		const length = Math.min(Math.max(to - from, Math.min(1000, span)), span);
		view.from = Math.min(Math.max(from, 0), span - length);
		view.to = view.from + length;
		redraw();
	};
	const zoom = (factor, around) => {
		const length = (view.to - view.from) * factor;
		const part = (around - view.from) / (view.to - view.from);
		show(around - part * length, around + (1 - part) * length);
	};
	const move = (part) => {
		const by = (view.to - view.from) * part;
		show(view.from + by, view.to + by);
	};
	const tell = (x, y) => {
		const i = Math.floor((y - AXIS) / ROW), lane = data.lanes[i];
		if (!lane || x < 0) {
			said.textContent = "";
			return;
		}
		const time = time_at(x), near = (view.to - view.from) / width() * 6;
		const who = lane.count ? `${lane.count.toLocaleString("en")} processes alike, the first: ` : "";
		const by = data.lanes[lane.by];
		const lines = [who + (lane.pid ? lane.pid + " " : "") + lane.name + (lane.tid && lane.tid !== lane.pid ? `, thread ${lane.tid}` : "") +
			(by ? `, started by ${by.pid} at ${duration(lane.from)}` : "") +
			`: ${lane.calls.toLocaleString("en")} calls, ${lane.failed.toLocaleString("en")} failed, ${lane.end}.`];
		if (x >= label()) {
			const cell = lane.cells.find((c) => c.bin === Math.floor(time / data.width));
			lines.push("At " + duration(Math.max(time, 0)) + (cell ? `: ${cell.calls} calls in ${duration(data.width)}, ${cell.failed} failed, ${cell.share} % of it in calls.` : "."));
			for (const [l, t, , text] of data.marks.filter((m) => m[0] === i && Math.abs(m[1] - time) < near).slice(0, 3))
				lines.push(text);
			const slow = data.slow.filter((s) => s[0] === i && s[1] - near <= time && time <= s[1] + s[2] + near);
			if (slow.length)
				lines.push(duration(slow[0][2]) + " in " + slow[0][4]);
		}
		said.textContent = lines.join(" ");
	};

	let drag = null;
	canvas.addEventListener("pointerdown", (e) => {
		drag = { x: e.clientX, from: view.from, to: view.to };
		canvas.setPointerCapture(e.pointerId);
	});
	canvas.addEventListener("pointermove", (e) => {
		const at = canvas.getBoundingClientRect();
		if (drag) {
			const by = (drag.x - e.clientX) / width() * (drag.to - drag.from);
			show(drag.from + by, drag.to + by);
		}
		tell(e.clientX - at.left, e.clientY - at.top);
	});
	for (const name of ["pointerup", "pointercancel"])
		canvas.addEventListener(name, () => { drag = null; });
	canvas.addEventListener("wheel", (e) => {
		// Without a modifier a wheel scrolls, as anywhere on the page.
		if (!e.ctrlKey && !e.metaKey)
			return;
		e.preventDefault();
		zoom(e.deltaY > 0 ? 1.25 : .8, time_at(e.clientX - canvas.getBoundingClientRect().left));
	}, { passive: false });
	const middle = () => (view.from + view.to) / 2;
	const keys = {
		ArrowLeft: () => move(-.15), ArrowRight: () => move(.15),
		"+": () => zoom(.6, middle()), "=": () => zoom(.6, middle()), "-": () => zoom(1 / .6, middle()),
		"0": () => show(0, span), Home: () => show(0, span),
	};
	canvas.addEventListener("keydown", (e) => {
		if (keys[e.key] && !e.ctrlKey && !e.metaKey && !e.altKey) {
			e.preventDefault();
			keys[e.key]();
		}
	});
	const tools = document.getElementById("tl-tools");
	for (const [kind, name] of [["calls", "calls"], ["wait", "time in calls"], ["bad", "failures, bad ends"], ["exec", "program begins"], ["signal", "signal"], ["fork", "started by"]])
		tools.append(make("span", { className: "key k-" + kind }, name));
	for (const [key, name] of [["+", "Zoom in"], ["-", "Zoom out"], ["0", "Whole"]]) {
		const button = make("button", { type: "button" }, name);
		button.addEventListener("click", keys[key]);
		tools.append(button);
	}
	tools.append(range);
	window.addEventListener("resize", redraw);
	matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);
	draw();
	document.documentElement.dataset.timeline = "drawn";
})();
