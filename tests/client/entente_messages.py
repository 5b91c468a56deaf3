"""Makes the Protocol Buffers modules from proto/entente/v1 in a temporary folder.

The modules are made anew at each run, so that they are never older than the .proto files. Use:
`from entente_messages import pb`, then `pb.RecordHeader(...)`; `stub(channel, "Broker")` has one
callable for each method of that service.
"""

import atexit
import importlib
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import types

from google.protobuf import descriptor_pb2

ROOT = pathlib.Path(__file__).resolve().parents[2]
FILES = ["attachment", "money", "lead", "content", "record", "ledger", "refusal", "status", "broker"]


def _generate():
    folder = tempfile.mkdtemp(prefix="entente-client-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    # Debian's grpc_tools carries a protoc that does not know `optional` in proto3, so the
    # compiler of the system is used, and stubs are made from the descriptors below.
    command = [os.environ.get("PROTOC", "protoc"), f"-I{ROOT / 'proto'}", f"--python_out={folder}"]
    command += [f"{ROOT}/proto/entente/v1/{name}.proto" for name in FILES]
    subprocess.run(command, check=True)
    sys.path.insert(0, folder)
    merged = types.SimpleNamespace()
    for name in FILES:
        for symbol, value in vars(importlib.import_module(f"entente.v1.{name}_pb2")).items():
            if not symbol.startswith("_"):
                setattr(merged, symbol, value)
    return merged


pb = _generate()


def methods(service):
    """(name, path, request class, response class, streaming) of each method of a service."""
    file = importlib.import_module("entente.v1.broker_pb2").DESCRIPTOR
    described = descriptor_pb2.ServiceDescriptorProto()
    file.services_by_name[service].CopyToProto(described)
    for method in described.method:
        request, response = (getattr(pb, name.rsplit(".", 1)[1])
                             for name in (method.input_type, method.output_type))
        yield (method.name, f"/entente.v1.{service}/{method.name}", request, response,
               method.client_streaming and method.server_streaming)


def stub(channel, service):
    calls = types.SimpleNamespace()
    for name, path, request, response, streaming in methods(service):
        make = channel.stream_stream if streaming else channel.unary_unary
        setattr(calls, name, make(path, request_serializer=request.SerializeToString,
                                  response_deserializer=response.FromString))
    return calls
