# Sets Understudy up on Windows where that is needed, then runs it:
#
#     powershell -ExecutionPolicy Bypass -File installer\run.ps1 [arguments of main.py]
#
# NOT YET VERIFIED ON WINDOWS: written from the documentation of its parts and checked for syntax only.
#
# The same promise as installer/run.sh: fast the second time, a half-made set-up heals itself, and nothing outside this
# folder is written except pip's own cache. Nothing is compiled here: llama-cpp-python comes as a wheel from that
# project's own index, for the newest CUDA that the graphics driver knows, or for the processor alone.
# Exit codes: 1 when a step failed, 2 when the person has to do something first, else main.py's own.

$ErrorActionPreference = 'Stop'
$Arguments = $args
$Root = Split-Path -Parent $PSScriptRoot
$Environment = Join-Path $Root '.venv'
$Python = Join-Path $Environment 'Scripts\python.exe'
$Stamp = Join-Path $Environment '.ready-run'
$Unfinished = Join-Path $Environment '.incomplete'
$Build = Join-Path $Root '.build'
$Log = Join-Path $Build 'setup.log'
$Lock = Join-Path $PSScriptRoot 'lock.txt'
$EngineIndex = 'https://abetlen.github.io/llama-cpp-python/whl'
$Steps = 5
$script:Step = 0

$env:PIP_DISABLE_PIP_VERSION_CHECK = '1'
$env:PIP_NO_INPUT = '1'
$env:PIP_PROGRESS_BAR = 'off'

# --- speaking to the person -------------------------------------------------------------------------------------------

function Stop-SetUp([int] $Code, [string] $What, [string] $Remedy) {
    Write-Host ''
    Write-Host $What -ForegroundColor Red -NoNewline
    Write-Host " $Remedy"
    exit $Code
}

# Runs a program with its words in the log, and gives its exit code. Windows PowerShell takes every line that a program
# writes to its error stream for an error; so these must not stop the script here, the exit code decides.
function Invoke-Logged([string] $Program, [string[]] $Words) {
    $ErrorActionPreference = 'Continue'
    & $Program @Words 2>&1 | ForEach-Object { "$_" } | Out-File -FilePath $Log -Append -Encoding utf8
    $LASTEXITCODE
}

# One line on screen: what it does, and how long it took. The action gives an exit code.
function Invoke-Step([string] $What, [string] $Remedy, [scriptblock] $Action) {
    $script:Step += 1
    $line = "[$script:Step/$Steps] $What ..."
    Write-Host $line -NoNewline
    "`r`n=== $line" | Out-File -FilePath $Log -Append -Encoding utf8
    $watch = [Diagnostics.Stopwatch]::StartNew()
    $status = & $Action | Select-Object -Last 1
    $seconds = [int] $watch.Elapsed.TotalSeconds
    if ($status -ne 0) {
        Write-Host " failed after $seconds s" -ForegroundColor Red
        Write-Host ''
        Get-Content $Log -Tail 15 | ForEach-Object { Write-Host "    $_" }
        Stop-SetUp 1 'Set-up stopped: this step failed.' "$Remedy The whole log is $Log"
    }
    Write-Host " done in $seconds s" -ForegroundColor Green
}

# --- what this PC is --------------------------------------------------------------------------------------------------

# What a Python says about itself, or nothing: its path, its version, its architecture. The Store's placeholder for
# python.exe says nothing and fails, which is how it is told from a real one.
function Get-PythonFacts([string] $Program, [string[]] $Before) {
    $ErrorActionPreference = 'Continue'
    $question = 'import platform, sys; print(sys.executable); ' +
        'print(sys.version_info[0] * 100 + sys.version_info[1]); print(platform.machine())'
    try { $answer = @(& $Program @Before -c $question 2>$null) } catch { return $null }
    if ($LASTEXITCODE -ne 0 -or $answer.Count -ne 3) { return $null }
    [pscustomobject] @{ Path = $answer[0]; Version = [int] $answer[1]; Machine = $answer[2] }
}

# The newest Python of 3.11 to 3.13 for 64-bit Intel and AMD processors; all the packages have wheels for that.
function Find-Python {
    $candidates = @()
    if (Get-Command py -ErrorAction SilentlyContinue) {
        foreach ($version in '3.13', '3.12', '3.11') { $candidates += , (Get-PythonFacts 'py' @("-$version")) }
    }
    foreach ($name in 'python3.13', 'python3.12', 'python3.11', 'python', 'python3') {
        if (Get-Command $name -ErrorAction SilentlyContinue) { $candidates += , (Get-PythonFacts $name @()) }
    }
    $candidates |
        Where-Object { $_ -and $_.Version -ge 311 -and $_.Version -le 313 -and $_.Machine -eq 'AMD64' } |
        Sort-Object -Property Version -Descending |
        Select-Object -First 1
}

# The newest CUDA that the NVIDIA driver of this PC can run, as major * 10 + minor (12.4 is 124); 0 without a driver.
function Get-CudaVersion {
    $ErrorActionPreference = 'Continue'
    $tool = Get-Command nvidia-smi -ErrorAction SilentlyContinue
    if (-not $tool) { return 0 }
    $said = (& $tool.Source 2>$null) -join "`n"
    if ($said -match 'CUDA Version:\s*(\d+)\.(\d+)') { return [int] $Matches[1] * 10 + [int] $Matches[2] }
    0
}

# The builds of the language engine to try, best first. These are the CUDA versions that its project publishes.
function Get-EngineBuilds([int] $Cuda) {
    foreach ($built in 132, 130, 125, 124, 123, 122, 121) {
        if ($built -le $Cuda) { "cu$built" }
    }
    'cpu'
}

# Everything that a set-up followed from, so that any change of it leads to a new one.
function Get-Fingerprint([int] $Cuda) {
    if (-not (Test-Path $Python)) { return '' }
    $files = Get-FileHash -Algorithm SHA256 -Path $Lock, (Join-Path $PSScriptRoot 'run.ps1')
    "$Root $(& $Python -V) $Cuda $($files.Hash -join ' ')"
}

function Test-Ready([int] $Cuda) {
    if ((Test-Path $Unfinished) -or -not (Test-Path $Stamp)) { return $false }
    (Get-Content $Stamp -Raw).Trim() -eq (Get-Fingerprint $Cuda)
}

# --- the steps --------------------------------------------------------------------------------------------------------

# An environment that another set-up left unfinished is made anew: nobody can tell which of its files are whole.
function New-Environment([string] $BasePython) {
    $whole = (Test-Path $Python) -and -not (Test-Path $Unfinished)
    if ($whole) { $whole = (Invoke-Logged $Python @('-m', 'pip', '--version')) -eq 0 }
    if (-not $whole) {
        if (Test-Path $Environment) { Remove-Item $Environment -Recurse -Force }
        New-Item $Environment -ItemType Directory | Out-Null
        New-Item $Unfinished -ItemType File | Out-Null
        return Invoke-Logged $BasePython @('-m', 'venv', $Environment)
    }
    New-Item $Unfinished -ItemType File -Force | Out-Null
    0
}

function Install-Packages {
    $list = Join-Path $Build 'packages.txt'
    Get-Content $Lock | Where-Object { $_ -notmatch '^llama-cpp-python==' } | Set-Content $list -Encoding ascii
    # srt is a single file of Python, which Vosk opens and which exists as source only.
    $install = @('-m', 'pip', 'install', '--no-deps', '--no-compile', '--only-binary', ':all:', '--no-binary', 'srt')
    Invoke-Logged $Python ($install + @('--requirement', $list))
}

# Takes the first build that can be had and opened. A CUDA build opens only beside the CUDA libraries of its version.
function Install-Engine([int] $Cuda) {
    $pin = Get-Content $Lock | Where-Object { $_ -match '^llama-cpp-python==' }
    foreach ($build in Get-EngineBuilds $Cuda) {
        "--- trying the build for $build" | Out-File -FilePath $Log -Append -Encoding utf8
        $install = @('-m', 'pip', 'install', '--no-deps', '--force-reinstall', '--only-binary', ':all:')
        $status = Invoke-Logged $Python ($install + @('--index-url', "$EngineIndex/$build", $pin))
        if ($status -eq 0) {
            $status = Invoke-Logged $Python @('-c', 'import llama_cpp; llama_cpp.llama_backend_init()')
        }
        if ($status -eq 0) {
            $script:EngineBuild = $build
            return 0
        }
    }
    1
}

# Opens everything once, which also compiles what the first start needs.
function Test-Packages {
    $names = 'numpy', 'soxr', 'cv2', 'PIL.Image', 'av', 'vosk', 'pocketsphinx', 'llama_cpp', 'piper',
        'onnx', 'onnxruntime', 'sounddevice', 'pyvirtualcam', 'psutil', 'platformdirs'
    Invoke-Logged $Python @('-c', "import $($names -join ', ')")
}

# What a call needs besides us. Neither is needed to try Understudy, so this only tells.
function Show-MissingDevices {
    $camera = 'Registry::HKEY_LOCAL_MACHINE\SOFTWARE\Classes\CLSID\{A3FCE0F5-3493-419F-958A-ABA1250EC20B}'
    if (-not (Test-Path $camera)) {
        Write-Host ('No virtual camera yet. OBS Studio brings one: winget install OBSProject.OBSStudio. ' +
            'Start it once after installing it.')
    }
    $sound = Get-CimInstance Win32_SoundDevice -ErrorAction SilentlyContinue
    if (-not ($sound | Where-Object { $_.Name -match 'VB-Audio' })) {
        Write-Host ('No virtual microphone yet. VB-CABLE (search for VB-Audio Cable) is one: install it as ' +
            'administrator, and restart the PC.')
    }
}

# --- the whole --------------------------------------------------------------------------------------------------------

$cuda = Get-CudaVersion
if (-not (Test-Ready $cuda)) {
    New-Item $Build -ItemType Directory -Force | Out-Null
    $gate = $null
    while (-not $gate) { # held open, this file lets one set-up of this folder run at a time
        try {
            $gate = [IO.File]::Open((Join-Path $Build 'lock'), 'OpenOrCreate', 'ReadWrite', 'None')
        } catch [IO.IOException] {
            if (-not $said) { Write-Host 'Another set-up of this folder is running; waiting for it to finish.' }
            $said = $true
            Start-Sleep -Seconds 1
        }
    }
    try {
        if (-not (Test-Ready $cuda)) {
            Write-Host "Setting Understudy up in $Root"
            Get-Date | Out-File -FilePath $Log -Encoding utf8
            $online = 'Check the internet connection, then start again; finished steps are kept.'

            $found = Find-Python
            if (-not $found) {
                Stop-SetUp 2 'There is no 64-bit Python 3.11, 3.12 or 3.13 on this PC.' `
                    'Install one (winget install Python.Python.3.12), open a new window, then start again.'
            }
            if (-not (Test-Path (Join-Path $env:SystemRoot 'System32\msvcp140.dll'))) {
                Stop-SetUp 2 "The Microsoft Visual C++ runtime is missing, which the engines' libraries need." `
                    'Install it (winget install Microsoft.VCRedist.2015+.x64), then start again.'
            }
            Invoke-Step "Found $($found.Path)" '' { 0 }
            Invoke-Step 'Making the Python environment (.venv)' "Check that $($found.Path) works." {
                New-Environment $found.Path
            }
            Invoke-Step 'Installing Python packages' $online { Install-Packages }
            Invoke-Step 'Installing the language engine' $online { Install-Engine $cuda }
            Invoke-Step 'Checking that everything opens' "Delete $Environment, then start again." { Test-Packages }

            Write-Host "The language engine is the build for $script:EngineBuild."
            if ($cuda -and $script:EngineBuild -eq 'cpu') {
                Write-Host ('It runs on the processor. For the graphics card, install the CUDA Toolkit from NVIDIA, ' +
                    'delete the folder .venv, and start again.')
            }
            Get-Fingerprint $cuda | Out-File -FilePath $Stamp -Encoding ascii
            Remove-Item $Unfinished -Force
            Show-MissingDevices
        }
    } finally {
        $gate.Dispose()
    }
}

& $Python (Join-Path $Root 'main.py') @Arguments
exit $LASTEXITCODE
