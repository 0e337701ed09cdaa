// SPDX-License-Identifier: MIT

//! zig build test: the tests, on every backend. zig build echo -- ADDRESS: an
//! echo server. Both take -Dlibrary=FOLDER, the absolute path of the folder
//! of the shared library; without it pkg-config finds the one that is
//! installed.

const std = @import("std");

pub fn build(b: *std.Build) void {
    const target = b.standardTargetOptions(.{});
    const optimize = b.standardOptimizeOption(.{});
    const library = b.option([]const u8, "library", "Folder of the shared library");

    const iosrc = b.addModule("iosrc", .{
        .root_source_file = b.path("src/iosrc.zig"),
        .target = target,
        .optimize = optimize,
        .link_libc = true,
    });
    if (library) |name| {
        // Programs keep it as the place to look in, wherever they are run.
        if (!std.fs.path.isAbsolute(name))
            std.process.fatal("-Dlibrary={s}: not an absolute path", .{name});
        const folder: std.Build.LazyPath = .{ .cwd_relative = name };
        if (target.result.os.tag == .windows) {
            // The folder of a build holds a static library too.
            iosrc.addObjectFile(folder.path(b, "libiosrc.dll.a"));
        } else {
            iosrc.addLibraryPath(folder);
            iosrc.addRPath(folder);
            iosrc.linkSystemLibrary("iosrc", .{ .use_pkg_config = .no });
        }
    } else {
        iosrc.linkSystemLibrary("iosrc", .{});
    }

    const imports = [_]std.Build.Module.Import{.{ .name = "iosrc", .module = iosrc }};
    const tests = b.addTest(.{
        .name = "iosrc-test",
        .root_module = b.createModule(.{
            .root_source_file = b.path("tests/cases.zig"),
            .target = target,
            .optimize = optimize,
            .imports = &imports,
        }),
    });
    const echo = b.addExecutable(.{
        .name = "iosrc-echo",
        .root_module = b.createModule(.{
            .root_source_file = b.path("examples/echo.zig"),
            .target = target,
            .optimize = optimize,
            .imports = &imports,
        }),
    });
    b.installArtifact(echo);

    const test_step = b.step("test", "Run the tests on every backend");
    const is_windows = target.result.os.tag == .windows;
    const backends: []const []const u8 = if (is_windows) &.{"afd"} else &.{ "epoll", "poll" };
    for (backends) |backend| {
        const run = b.addRunArtifact(tests);
        run.setEnvironmentVariable("IOSRC_BACKEND", backend);
        // The library may have changed where nothing else has.
        run.has_side_effects = true;
        test_step.dependOn(&run.step);
    }
    const programs = b.step("test-program", "Install the tests as a program");
    programs.dependOn(&b.addInstallArtifact(tests, .{}).step);

    const run_echo = b.addRunArtifact(echo);
    run_echo.addPassthruArgs();
    b.step("echo", "Run the echo server").dependOn(&run_echo.step);
}
