# SPDX-License-Identifier: Apache-2.0
"""A reader of Perfetto traces that knows nothing of ours: field numbers are those of the public
schema (perfetto/protos/perfetto/trace/), read there and written down here once more.

Timeline(data) refuses a trace whose slices do not nest, whose tracks are not described, whose
interned names are not there, or whose flows come from nowhere.
"""
import tape

TRACE = {"packet": 1}
PACKET = {"clock_snapshot": 6, "timestamp": 8, "trusted_packet_sequence_id": 10,
          "track_event": 11, "interned_data": 12, "sequence_flags": 13, "track_descriptor": 60}
TRACK = {"uuid": 1, "name": 2, "process": 3, "thread": 4, "parent_uuid": 5, "counter": 8}
PROCESS = {"pid": 1, "cmdline": 2, "process_name": 6, "start_timestamp_ns": 7}
THREAD = {"pid": 1, "tid": 2}
COUNTER = {"unit": 3}
EVENT = {"category_iids": 3, "debug_annotations": 4, "type": 9, "name_iid": 10,
         "track_uuid": 11, "name": 23, "counter_value": 30, "flow_ids": 47,
         "terminating_flow_ids": 48}
NOTE = {"name_iid": 1, "bool_value": 2, "uint_value": 3, "int_value": 4, "string_value": 6}
INTERNED = {"event_categories": 1, "event_names": 2, "debug_annotation_names": 3}
CLOCK = {"clock_id": 1, "timestamp": 2}
BEGIN, END, INSTANT, COUNT = 1, 2, 3, 4
CLEARED, NEEDED = 1, 2


def fields(data, schema):
    """By name, each a list. A number that the schema does not have is a mistake."""
    found = tape.message(data)
    names = {number: name for name, number in schema.items()}
    unknown = set(found) - set(names)
    if unknown:
        raise ValueError(f"fields {unknown} are none of {schema}")
    return {names[number]: values for number, values in found.items()}


def one(found, name, default=None):
    return found.get(name, [default])[-1]


def signed(value):
    return value - (1 << 64) if value >> 63 else value


class Timeline:
    def __init__(self, data):
        self.tracks, self.clocks, self.events, self.slices = {}, {}, [], []
        self.interned = {name: {} for name in INTERNED}
        cleared = False
        for raw in fields(data, TRACE)["packet"]:
            packet = fields(raw, PACKET)
            if one(packet, "trusted_packet_sequence_id") is None:
                raise ValueError("a packet of no sequence")
            flags = one(packet, "sequence_flags", 0)
            if flags & CLEARED:
                cleared = True
                self.interned = {name: {} for name in INTERNED}
            if flags & NEEDED and not cleared:
                raise ValueError("incremental state that nobody began")
            self.take(packet)
        self.nest()
        self.check_flows()

    def take(self, packet):
        for name, entries in fields(one(packet, "interned_data", b""), INTERNED).items():
            for raw in entries:
                entry = tape.message(raw)
                self.interned[name][entry[1][0]] = entry[2][0].decode()
        if "clock_snapshot" in packet:
            for raw in tape.message(packet["clock_snapshot"][0])[1]:
                clock = fields(raw, CLOCK)
                self.clocks[one(clock, "clock_id")] = one(clock, "timestamp")
        if "track_descriptor" in packet:
            self.describe(fields(packet["track_descriptor"][0], TRACK))
        if "track_event" in packet:
            self.event(one(packet, "timestamp"), fields(packet["track_event"][0], EVENT))

    def describe(self, found):
        uuid, parent = one(found, "uuid"), one(found, "parent_uuid")
        track = self.tracks.setdefault(uuid, {"uuid": uuid, "parent": parent})
        if parent is not None and parent not in self.tracks:
            raise ValueError(f"the parent of track {uuid} is not there")
        for name, schema in (("process", PROCESS), ("thread", THREAD), ("counter", COUNTER)):
            if name in found:
                about = fields(found[name][0], schema)
                track["kind"] = name
                track.update({key: values[-1] for key, values in about.items()})
                track["cmdline"] = [w.decode() for w in about.get("cmdline", [])]
        if "name" in found:
            track["name"] = found["name"][0].decode()

    def event(self, time, found):
        event = {"time": time, "type": one(found, "type"), "track": one(found, "track_uuid"),
                 "flows": found.get("flow_ids", []), "ends": found.get("terminating_flow_ids", []),
                 "notes": {}, "value": signed(one(found, "counter_value", 0))}
        if event["track"] not in self.tracks:
            raise ValueError(f"an event on no track: {event}")
        if "name_iid" in found:
            event["name"] = self.interned["event_names"][one(found, "name_iid")]
        elif "name" in found:
            event["name"] = found["name"][0].decode()
        event["categories"] = [self.interned["event_categories"][i]
                               for i in found.get("category_iids", [])]
        for raw in found.get("debug_annotations", []):
            note = fields(raw, NOTE)
            name = self.interned["debug_annotation_names"][one(note, "name_iid")]
            value = one(note, "string_value")
            if value is not None:
                value = value.decode()
            elif "int_value" in note:
                value = signed(one(note, "int_value"))
            else:
                value = one(note, "uint_value", one(note, "bool_value"))
            event["notes"][name] = value
        event["number"] = len(self.events)
        self.events.append(event)

    def ordered(self):
        """As a viewer sorts them: by time, those of one time as they were written."""
        return sorted(self.events, key=lambda e: (e["time"], e["number"]))

    def nest(self):
        stacks = {}
        for event in self.ordered():
            stack = stacks.setdefault(event["track"], [])
            is_counter = self.tracks[event["track"]]["kind"] == "counter"
            if is_counter != (event["type"] == COUNT):
                raise ValueError(f"not on such a track: {event}")
            if event["type"] == BEGIN:
                stack.append(event)
            elif event["type"] == END:
                if not stack:
                    raise ValueError(f"an end without a beginning: {event}")
                begin = stack.pop()
                self.slices.append({**begin, "end": event["time"], "depth": len(stack),
                                    "notes": {**begin["notes"], **event["notes"]},
                                    "flows": begin["flows"] + event["flows"],
                                    "ends": begin["ends"] + event["ends"]})
            elif event["type"] == INSTANT:
                self.slices.append({**event, "end": event["time"], "depth": len(stack)})
        still = [e for stack in stacks.values() for e in stack]
        if still:
            raise ValueError(f"slices without an end: {still[:3]}")
        self.slices.sort(key=lambda e: (e["time"], e["number"]))

    def check_flows(self):
        """Each ends where it has begun before, and nothing goes on behind its end."""
        begun, over = {}, set()
        for event in self.ordered():
            for flow in event["flows"] + event["ends"]:
                if flow in over:
                    raise ValueError(f"a flow goes on behind its end: {event}")
                if flow in event["ends"] and flow not in begun:
                    raise ValueError(f"a flow from nowhere: {event}")
                begun.setdefault(flow, event)
            over.update(event["ends"])
        self.sources = begun

    def arrows(self):
        """(from, to) of each flow that ends: slices."""
        return [(self.source(flow), piece) for piece in self.slices for flow in piece["ends"]]

    def source(self, flow):
        begin = self.sources[flow]
        return next(s for s in self.slices
                    if s["track"] == begin["track"] and flow in s["flows"])

    def of_thread(self, tid):
        uuids = {u for u, t in self.tracks.items() if t["kind"] == "thread" and t["tid"] == tid}
        return [s for s in self.slices if s["track"] in uuids]

    def processes(self):
        return [t for t in self.tracks.values() if t["kind"] == "process"]
